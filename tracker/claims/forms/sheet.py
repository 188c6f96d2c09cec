"""The sheet a claim is filed on: one header, the facts of its kind, and lines whose fields follow their category."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field as Control

from tracker.claims import facts
from tracker.claims.case import place_of, placed
from tracker.claims.facts import GUEST_NUMBERS, GUESTS, Entry, Field
from tracker.claims.filing import FiledLine, Filing
from tracker.claims.findings import Finding, Level, Part
from tracker.claims.models import KIND_NAMES, PAY_NAMES, Attachment, Claim, Kind, Payee, PayMethod
from tracker.claims.offer import Chosen, Purpose, Whom
from tracker.claims.typed import MOST_LINES, Typed, as_typed
from tracker.evidence.models import EvidenceKind
from tracker.web.forms import (
    ChoiceField,
    CountField,
    DayField,
    LineForm,
    MoneyField,
    TextBlock,
    TextLine,
    Wrong,
)
from tracker.web.i18n import card_tail, gettext, said

_LONGEST_PURPOSE, _LONGEST_NOTE, _LONGEST_SUMMARY = 200, 400, 120
_FEWEST = {"hosts": 0, "people": 1, "visitors": 1, "bill_count": 1, "days": 1, "nights": 1}


class HeadForm(LineForm):
    """The header every kind of claim has."""

    kind = ChoiceField("报销类型", choices=[(kind, KIND_NAMES[kind]) for kind in Kind], coerce=Kind)
    whom = ChoiceField("报销人与组团")
    fund_id = ChoiceField("经费来源", coerce=int)
    purpose = TextLine("报销事由", most=_LONGEST_PURPOSE)
    pay_method = ChoiceField("支付方式", choices=list(PAY_NAMES.items()), coerce=PayMethod)
    payee_id = ChoiceField("收款账户", coerce=int, blank="请选择收款账户")
    note = TextLine("备注", most=_LONGEST_NOTE)


class _Line(LineForm):
    category = ChoiceField("费用科目", blank="请选择")
    spent_on = DayField("日期")
    summary = TextLine("说明", most=_LONGEST_SUMMARY)
    amount = MoneyField("报销金额")


_CONTROLS: dict[Entry, Callable[[Field], Control]] = {
    Entry.TEXT: lambda asked: TextLine(asked.label, most=100),
    Entry.BLOCK: lambda asked: TextBlock(asked.label, most=2000),
    Entry.DAY: lambda asked: DayField(asked.label),
    Entry.COUNT: lambda asked: CountField(asked.label, least=_FEWEST.get(asked.key, 0), most=9999),
    Entry.MONEY: lambda asked: MoneyField(asked.label),
    Entry.CHOICE: lambda asked: ChoiceField(
        asked.label, choices=[(word, word) for word in asked.choices], blank="请选择"
    ),
}


@cache
def facts_form(asked: tuple[Field, ...], base: type[LineForm] = LineForm) -> type[LineForm]:
    """Make the form class of a list of fields of ``facts``, on top of a base."""
    return type("FactsForm", (base,), {one.key: _CONTROLS[one.entry](one) for one in asked})


def values(asked: Sequence[Field], form: LineForm) -> dict[str, Any]:
    """Read the facts that could be read, as they are kept: days in ISO form, money in fen."""
    read = {one.key: form[one.key].data for one in asked if not form[one.key].errors}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in read.items()
        if value not in (None, "")
    }


@dataclass
class SheetLine:
    """One line on the form: its controls, what its item asks for, its files and what was found about it."""

    key: str
    number: int
    form: LineForm
    purpose: Purpose | None
    asked: tuple[Field, ...]
    files: list[Attachment]
    found: list[Finding] = field(default_factory=list)
    wrong_files: list[str] = field(default_factory=list)

    @property
    def drawn(self) -> str:
        """The choice the line's fields were drawn for."""
        return self.purpose.key if self.purpose else ""

    @property
    def is_allowance(self) -> bool:
        """Tell whether the line needs no bill."""
        return self.purpose is not None and self.purpose.item.is_allowance

    @property
    def first_row(self) -> list[Control]:
        """The controls every line has, and the face amount where there is a bill."""
        names = ("spent_on", "category", "summary", "face_fen", "amount")
        return [self.form[name] for name in names if name in self.form]

    @property
    def second_row(self) -> list[tuple[Field, Control]]:
        """The item's fields with their controls, without the face amount, which stands in the first row."""
        return [(one, self.form[one.key]) for one in self.asked if one.key != "face_fen"]

    @property
    def is_open(self) -> bool:
        """Tell whether the second row has something to do: an empty required field, or one to correct."""
        lacking = any(one.required and control.data in (None, "") for one, control in self.second_row)
        return lacking or any(control.errors for _, control in self.second_row)

    @property
    def shown_facts(self) -> list[str]:
        """The second row's values in short, for when it is folded away."""
        form = self.form
        texts = {one.key: as_typed(one, form[one.key].data) for one in self.asked}
        short = []
        if texts.get("from_city") or texts.get("to_city"):
            short.append(f"{texts.get('from_city')} → {texts.get('to_city')}")
        short += [said(texts[name]) for name in ("vehicle", "city", "bill_kind") if texts.get(name)]
        if texts.get("bill_number"):
            short.append(f"…{texts['bill_number'][-4:]}")
        units = {"nights": "晚", "days": "天", "people": "人", "bill_count": "张"}
        short += [f"{texts[name]} {said(unit)}" for name, unit in units.items() if texts.get(name)]
        if texts.get("rate_fen"):
            short.append(f"× {texts['rate_fen']}")
        return short

    def wrongs(self) -> Iterator[Wrong]:
        """List what has to be corrected on this line."""
        where = place_of(self.number)
        for control in self.form:
            yield from (Wrong(control.id, said(placed(where, str(sentence)))) for sentence in control.errors)
        yield from (Wrong(f"line-{self.key}-files", said(placed(where, one))) for one in self.wrong_files)


class FilingSheet:
    """The content of the form, built from what is typed; read it once before asking for the filing."""

    def __init__(self, claim: Claim, typed: Typed, chosen: Chosen) -> None:
        self.claim, self.typed, self.chosen = claim, typed, chosen
        texts = MultiDict((name, value) for name, value in typed.pairs() if name != "line")
        self.head = HeadForm(formdata=_with_defaults(texts, chosen))
        self.head.whom.offer((one.key, whom_label(one)) for one in chosen.people)
        self.head.fund_id.offer((fund.id, f"{fund.year} {fund.name}") for fund in chosen.funds)
        self.head.payee_id.offer((payee.id, payee_label(payee)) for payee in chosen.payees)
        self.about_asked = facts.HEADER_FIELDS[chosen.kind]
        self.about = facts_form(self.about_asked)(formdata=texts, prefix="about")
        files: dict[str, list[Attachment]] = {}
        for attachment in claim.attachments:
            files.setdefault(attachment.line_key, []).append(attachment)
        self.files = files.pop("", [])
        self.lines = [
            self._line(number, key, texts, files.get(key, []))
            for number, key in enumerate(list(typed.lines)[:MOST_LINES], 1)
        ]
        self.other: list[Wrong] = []
        if len(typed.lines) > MOST_LINES:
            self.other.append(
                Wrong("add-line", gettext("一张报销单最多 %(most)s 行，请拆成几张报销单", most=MOST_LINES))
            )

    def _line(self, number: int, key: str, texts: MultiDict[str, str], files: list[Attachment]) -> SheetLine:
        typed_key = self.typed.lines[key].get("category", "")
        purpose = next((one for one in self.chosen.purposes if one.key == typed_key), None)
        asked = purpose.item.fields if purpose else facts.PLAIN.fields
        form = facts_form(asked, _Line)(formdata=texts, prefix=f"line-{key}")
        category = form["category"]
        assert isinstance(category, ChoiceField)  # noqa: S101  every line has this control; the form class is made
        category.offer((one.key, said(one.item.name) or one.label) for one in self.chosen.purposes)
        return SheetLine(key, number, form, purpose, asked, files)

    @property
    def drawn(self) -> str:
        """The choices the header, the lines and the payees were drawn for."""
        chosen = self.chosen
        return f"{chosen.kind} {chosen.fund.id} {chosen.whom.key} {chosen.method}"

    @property
    def about_controls(self) -> list[tuple[Field, Control]]:
        """The kind's header fields with their controls."""
        return [(one, self.about[one.key]) for one in self.about_asked]

    def read(self) -> bool:
        """Read every field; tell whether all of what was typed can be read."""
        forms = [self.head, self.about, *(line.form for line in self.lines)]
        answers = [form.validate() for form in forms]
        self._show_guests_as_sent()
        return all(answers) and not self.other

    def _show_guests_as_sent(self) -> None:
        """Give the guest list back to its page as it was sent: what is kept, and read here, has masks for numbers."""
        sent = self.typed.guests_as_sent
        if sent is not None and GUESTS in self.about:
            self.filing()
            self.about[GUESTS].data = sent

    def filing(self, file_kinds: dict[str, EvidenceKind] | None = None) -> Filing:
        """Return the claim as far as it can be read: what cannot is left out, an unreadable amount is 0."""
        return replace(self._content, file_kinds=file_kinds or {})

    @cached_property
    def _content(self) -> Filing:
        # Made once: what a rule says is later put beside a control that was read very well.
        chosen, head = self.chosen, self.head
        return Filing(
            kind=chosen.kind,
            fund_id=chosen.fund.id,
            team_id=chosen.whom.team_id,
            beneficiary_id=chosen.whom.person_id,
            purpose=(head.purpose.data or "")[:_LONGEST_PURPOSE],
            facts=self._facts(),
            lines=tuple(_filed(line) for line in self.lines),
            pay_method=chosen.method,
            payee_id=None if head.payee_id.errors else head.payee_id.data,
            note=(head.note.data or "")[:_LONGEST_NOTE],
        )

    def _facts(self) -> dict[str, Any]:
        told = values(self.about_asked, self.about)
        if GUESTS in told:
            told[GUEST_NUMBERS] = [number.written for number in self.typed.guest_numbers]
        return told

    def unread(self) -> list[Finding]:
        """Say of each text that cannot be read why not, as findings, for the list beside the form."""
        found = [
            Finding(Level.BLOCK, Part.STANDARD, str(sentence), field=control.short_name)
            for form in (self.head, self.about)
            for control in form
            for sentence in control.errors
        ]
        for line in self.lines:
            where = place_of(line.number)
            found += [
                Finding(Level.BLOCK, Part.BILLS, placed(where, str(sentence)), line.key, control.short_name)
                for control in line.form
                for sentence in control.errors
            ]
        return [*found, *(Finding(Level.BLOCK, Part.BILLS, wrong.sentence, field="lines") for wrong in self.other)]

    def place(self, found: Sequence[Finding]) -> None:
        """Put what stands in the way beside the control it belongs to."""
        for finding in found:
            sentence = said(finding.here)
            line = next((line for line in self.lines if line.key == finding.line), None)
            if line is not None and finding.field in line.form:
                _add(line.form[finding.field], finding, sentence)
            elif line is not None:
                line.wrong_files.append(sentence)
            elif finding.field in self.head:
                _add(self.head[finding.field], finding, sentence)
            elif finding.field in self.about:
                _add(self.about[finding.field], finding, sentence)
            else:
                self.other.append(Wrong(self.control_of(finding) or None, said(finding.sentence)))

    def note(self, found: Sequence[Finding]) -> None:
        """Put beside each line what is worth saying while typing: everything but what is not filled in yet."""
        by_key = {line.key: line for line in self.lines}
        for finding in found:
            if finding.line in by_key and finding.level is not Level.PASS and not finding.is_lack:
                by_key[finding.line].found.append(finding)

    def control_of(self, finding: Finding) -> str:
        """Name the control a finding points at, '' for the claim as a whole."""
        if finding.line:
            return f"line-{finding.line}-{finding.field}"
        if finding.field == "lines":
            return "add-line"
        if finding.field in self.head:
            return finding.field
        return f"about-{finding.field}" if finding.field in self.about else ""

    def wrongs(self) -> list[Wrong]:
        """List what has to be corrected, in the order of the page."""
        found = list(self.other)
        for form in (self.head, self.about):
            for control in form:
                found += [Wrong(control.id, str(sentence)) for sentence in control.errors]
        for line in self.lines:
            found += line.wrongs()
        return found


def whom_label(whom: Whom) -> str:
    """Name a person and the team: 「陈立 · 新能源招商组团」."""
    return f"{whom.person} · {whom.team}"


def payee_label(payee: Payee) -> str:
    """Name an account by its holder, bank and tail only."""
    return f"{payee.holder} · {payee.bank} {card_tail(payee.tail)}"


def _with_defaults(texts: MultiDict[str, str], chosen: Chosen) -> MultiDict[str, str]:
    """Fill in the deciding choices a draft was opened with, while nobody has typed others."""
    whole = texts.copy()
    for name, value in (
        ("kind", chosen.kind),
        ("whom", chosen.whom.key),
        ("fund_id", str(chosen.fund.id)),
        ("pay_method", chosen.method),
    ):
        whole.setdefault(name, value)
    return whole


def _filed(line: SheetLine) -> FiledLine:
    form = line.form
    item = {"item": line.purpose.item.key} if line.purpose else {}
    told = values(line.asked, form)
    # A number typed full-width is the same number: it is kept, shown and printed as the invoice has it.
    told |= {name: unicodedata.normalize("NFKC", told[name]) for name in ("bill_number", "bill_code") if name in told}
    return FiledLine(
        key=line.key,
        category_id=line.purpose.category.id if line.purpose else None,
        spent_on=form["spent_on"].data,
        summary=(form["summary"].data or "")[:_LONGEST_SUMMARY],
        claimed_fen=form["amount"].data or 0,
        facts={**item, **told},
    )


def _add(control: Control, finding: Finding, sentence: str) -> None:
    """Say it once; of something that cannot be read nobody is told that it is missing."""
    if sentence not in control.errors and not (finding.is_lack and control.errors):
        control.errors = [*control.errors, said(sentence)]
