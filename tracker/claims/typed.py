"""What was typed into a claim's form: names and texts, kept exactly as typed until the claim is submitted.

A draft is this and nothing else; the claim's own rows are written at submission. Lines are known by their key, so
that moving a line moves no name. One thing is not kept as typed: the document numbers of guests are masked, and
enciphered beside the list (``guest_numbers``).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from tracker.claims import facts
from tracker.claims.facts import GUESTS, Entry, Field
from tracker.claims.guest_numbers import Kept, Sealed, seal
from tracker.claims.guests import list_in
from tracker.claims.models import Claim, Kind
from tracker.kernel.money import format_yuan
from tracker.storage.cipher import Cipher

Pairs = list[list[str]]

MOST_LINES = 300
"""Lines one claim may have."""

LONGEST = 20_000
"""Characters of one field that are kept; what is longer than its column is refused in words long before."""

HEAD = ("kind", "whom", "fund_id", "purpose", "pay_method", "payee_id", "note")
LINE = ("category", "spent_on", "summary", "amount")
_GUEST_NUMBER = "guest_number"
_ABOUT: Mapping[str, Field] = {asked.key: asked for kind in Kind for asked in facts.HEADER_FIELDS[kind]}
_ASKED: Mapping[str, Field] = {
    asked.key: asked for item in chain.from_iterable([*facts.ITEMS.values(), (facts.PLAIN,)]) for asked in item.fields
}
_LINE_NAME = re.compile(r"line-([A-Za-z0-9]{1,16})-([a-z_]{1,30})")
_KEY = re.compile(r"[A-Za-z0-9]{1,16}")


@dataclass
class Typed:
    """The form's texts: the header, the facts of the kind, and each line's under its key, in order."""

    head: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    lines: dict[str, dict[str, str]] = field(default_factory=dict)
    window: str = ""
    """The command id of the page that saved: its next save follows its last one even when that answer was lost."""
    guest_numbers: Sequence[Kept] = ()
    """What stands behind the masks of the guest list, in their order."""
    guests_as_sent: str | None = field(default=None, compare=False, repr=False)
    """The guest list as the page in hand sent it, to be shown there again; it is kept nowhere."""

    @classmethod
    def read(cls, pairs: Iterable[Sequence[str]]) -> Typed:
        """Sort names and texts into their places; the first of a name counts, unknown names are dropped."""
        given: dict[str, str] = {}
        keys: list[str] = []
        numbers: list[Kept] = []
        for name, value in pairs:
            if name == "line":
                keys.append(value)
            elif name == _GUEST_NUMBER:
                numbers.append(Kept.read(value))
            else:
                given.setdefault(name, value[:LONGEST])
        order = [key for key in dict.fromkeys(keys) if _KEY.fullmatch(key)]
        typed = cls(lines={key: {} for key in order[: MOST_LINES + 1]}, guest_numbers=numbers)
        typed.window = given.get("window", "")[:32]
        for name, value in given.items():
            found = _LINE_NAME.fullmatch(name)
            if found and found[1] in typed.lines and (found[2] in LINE or found[2] in _ASKED):
                typed.lines[found[1]][found[2]] = value
            elif name in HEAD:
                typed.head[name] = value
            elif name.startswith("about-") and name[6:] in _ABOUT:
                typed.about[name[6:]] = value
        return typed

    def pairs(self) -> Pairs:
        """Write everything as the form's names and texts, lines in their order."""
        return [list(pair) for pair in self._pairs()]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.window:
            yield "window", self.window
        yield from self.head.items()
        yield from ((f"about-{name}", value) for name, value in self.about.items())
        yield from ((_GUEST_NUMBER, number.written) for number in self.guest_numbers)
        for key, texts in self.lines.items():
            yield "line", key
            yield from ((f"line-{key}-{name}", value) for name, value in texts.items())

    @classmethod
    def sent(cls, pairs: Iterable[Sequence[str]], earlier: Typed, cipher: Cipher) -> Typed:
        """Read what a page sends, over what was typed before; no guest's document number is left in clear."""
        typed = cls.read((name, value) for name, value in pairs if name != _GUEST_NUMBER)
        as_sent = typed.about.get(GUESTS)
        typed.keep_from(earlier)
        typed.seal_guests(earlier, cipher)
        typed.guests_as_sent = as_sent
        return typed

    def seal_guests(self, earlier: Typed, cipher: Cipher) -> None:
        """Mask and encipher the document numbers of the guest list; masks stand for what was kept earlier."""
        if GUESTS in self.about:
            before = Sealed(earlier.about.get(GUESTS, ""), earlier.guest_numbers)
            sealed = seal(self.about[GUESTS], before, cipher)
            self.about[GUESTS], self.guest_numbers = sealed.text, sealed.numbers

    def keep_from(self, earlier: Typed) -> None:
        """Take over what was typed before and is not on the page now, e.g. the fields of another kind of claim."""
        self.head = {**earlier.head, **self.head}
        self.about = {**earlier.about, **self.about}
        for key, texts in self.lines.items():
            self.lines[key] = {**earlier.lines.get(key, {}), **texts}

    def add_line(self, texts: Mapping[str, str] | None = None) -> str:
        """Put a line at the end and return its key."""
        key = mint_key()
        self.lines[key] = dict(texts or {})
        return key

    def move_line(self, key: str, by: int) -> None:
        """Move a line up (-1) or down (1); at the edge it stays."""
        order = list(self.lines)
        if key not in self.lines:
            return
        place = order.index(key)
        to = min(max(place + by, 0), len(order) - 1)
        order.insert(to, order.pop(place))
        self.lines = {name: self.lines[name] for name in order}


def mint_key() -> str:
    """Make the key of a new line."""
    return f"n{secrets.token_hex(5)}"


def of_claim(claim: Claim) -> Typed:
    """Return what is typed in a claim's form; for a returned or withdrawn claim its rows, as they would be typed.

    A file whose line was lost on the way (a window closed during an upload) brings its line back.
    """
    typed = Typed.read(claim.typed) if claim.typed is not None else _of_rows(claim)
    for attachment in claim.attachments:
        if attachment.line_key and attachment.line_key not in typed.lines:
            typed.lines[attachment.line_key] = {}
    return typed


def for_copy(claim: Claim, cipher: Cipher) -> Typed:
    """Return a claim's texts for a new one: no days, no bill numbers, no face amounts, every line under a new key."""
    source = of_claim(claim) if claim.typed is not None else _of_rows(claim)
    bare = Typed(head=dict(source.head))
    bare.about = {name: text for name, text in source.about.items() if _ABOUT[name].entry is not Entry.DAY}
    bare.seal_guests(source, cipher)
    for texts in source.lines.values():
        bare.add_line({name: text for name, text in texts.items() if not _belongs_to_the_bill(name)})
    return bare


def differences(there: Typed, here: Typed) -> list[tuple[str, str, str]]:
    """List what two windows have typed differently, as (label, there, here)."""
    found = [(_HEAD_LABELS[name], there.head.get(name, ""), here.head.get(name, "")) for name in HEAD]
    found += [(_ABOUT[name].label, there.about.get(name, ""), here.about.get(name, "")) for name in _ABOUT]
    for number, key in enumerate(here.lines, 1):
        others = there.lines.get(key)
        if others is None:
            found.append((f"第 {number} 行", "没有这一行", here.lines[key].get("summary") or "有这一行"))
            continue
        names = dict.fromkeys([*others, *here.lines[key]])
        found += [
            (f"第 {number} 行{_label(name)}", others.get(name, ""), here.lines[key].get(name, "")) for name in names
        ]
    found += [
        (f"另一行「{texts.get('summary', '')}」", "有这一行", "没有这一行")
        for key, texts in there.lines.items()
        if key not in here.lines
    ]
    return [(label, a, b) for label, a, b in found if a.strip() != b.strip()]


_HEAD_LABELS = {
    "kind": "报销类型",
    "whom": "报销人与组团",
    "fund_id": "经费来源",
    "purpose": "报销事由",
    "pay_method": "支付方式",
    "payee_id": "收款账户",
    "note": "备注",
}
_LINE_LABELS = {"category": "费用科目", "spent_on": "日期", "summary": "说明", "amount": "报销金额"}


def _label(name: str) -> str:
    return _LINE_LABELS.get(name) or _ASKED[name].label


def _belongs_to_the_bill(name: str) -> bool:
    if name in ("spent_on", "bill_number", "bill_code", "face_fen"):
        return True
    return name in _ASKED and _ASKED[name].entry is Entry.DAY


def _of_rows(claim: Claim) -> Typed:
    typed = Typed(
        head={
            "kind": claim.kind,
            "whom": f"{claim.team_id}:{claim.beneficiary_id}",
            "fund_id": str(claim.fund_id),
            "purpose": claim.purpose,
            "pay_method": claim.pay_method,
            "payee_id": str(claim.payee_id or ""),
            "note": claim.note,
        },
        about={name: as_typed(_ABOUT[name], value) for name, value in claim.facts.items() if name in _ABOUT},
        guest_numbers=list_in(claim.facts).numbers,
    )
    for line in claim.lines:
        item = facts.item_of(line.category.economic_code, line.facts)
        typed.lines[line.key] = {
            "category": f"{line.category_id}:{item.key}",
            "spent_on": line.spent_on.isoformat(),
            "summary": line.summary,
            "amount": format_yuan(line.claimed_fen),
            **{name: as_typed(_ASKED[name], value) for name, value in line.facts.items() if name in _ASKED},
        }
    return typed


def as_typed(asked: Field, value: object) -> str:
    """Write a field's value as a person would type it."""
    if value is None:
        return ""
    if asked.entry is Entry.MONEY and isinstance(value, int):
        return format_yuan(value)
    return value.isoformat() if isinstance(value, date) else str(value)
