"""The figures of the standards one by one: each with its editions, the days they hold, and their standing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.equipment.kinds import KIND_NAMES
from tracker.equipment.standards import Figure, Quantity, Rank, StandardSet, all_sets
from tracker.equipment.standards.books import Book, Sort, as_set
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell


class What(StrEnum):
    """What a figure says."""

    CAP = "cap"
    LIFE = "life"
    QUANTITY = "quantity"


WHAT_NAMES: dict[What, str] = {What.CAP: "价格上限", What.LIFE: "最低使用年限", What.QUANTITY: "数量限额"}
_RANK_NAMES: dict[Rank, str] = {Rank.BUREAU: "厅级", Rank.DIVISION: "处级", Rank.BELOW: "处级以下"}


@dataclass(frozen=True)
class Edition:
    """One figure as one document has it, from a day to the day before another (``until`` is not part of it)."""

    value: int
    since: date
    until: date | None
    number: str
    source: str
    is_verified: bool
    """Whether it may stop a card: the office checked it, or the data names a public source for it."""
    id: int | None = None
    """None for what the installation brought along."""
    is_checked: bool = False
    """Whether the standing is the office's own word; pages say which of the two it is."""

    def holds_on(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Adopted:
    """A later edition as it was recorded."""

    id: int
    set_key: str
    code: str
    value: int
    since: date
    number: str
    source: str


@dataclass(frozen=True)
class Ruling:
    """From a day on a standard is the office's own, or no longer."""

    set_key: str
    is_adopted: bool
    since: date


@dataclass(frozen=True)
class Entry:
    """A figure with all its editions, earliest first."""

    set_key: str
    code: str
    what: What
    name: str
    basis: str
    editions: tuple[Edition, ...]

    def on(self, day: date) -> Edition | None:
        """Return the edition in force on a day."""
        return next((edition for edition in self.editions if edition.holds_on(day)), None)

    @property
    def last(self) -> Edition:
        """Return the newest edition; a check is of this one."""
        return self.editions[-1]

    def told(self, value: int) -> str:
        """Write a value with its measure."""
        if self.what is What.CAP:
            return tell("%(yuan)s 元", yuan=format_yuan(value))
        if self.what is What.LIFE:
            return tell("%(years)s 年", years=value)
        return tell("每 %(heads)s 人 1 件", heads=value) if self.basis == "heads" else f"≤ {value}%"


class Records:
    """The standards as the data has them with what the office recorded laid over."""

    def __init__(
        self,
        adopted: Iterable[Adopted] = (),
        standing: Mapping[tuple[str, str, int | None], bool] | None = None,
        books: Iterable[Book] = (),
        rulings: Iterable[Ruling] = (),
    ) -> None:
        """Take the later editions, the last check of each by set, code and edition, the tables and the rulings.

        Books and rulings come in the order they were recorded.
        """
        self.books = list(books)
        self.sets = dict(all_sets())
        self.sets.update({book.key: as_set(book) for book in self.books if book.sort is Sort.FIGURES})
        self._rulings: dict[str, list[Ruling]] = {}
        for ruling in rulings:
            self._rulings.setdefault(ruling.set_key, []).append(ruling)
        self._later: dict[tuple[str, str], list[Adopted]] = {}
        for one in sorted(adopted, key=lambda one: one.since):
            self._later.setdefault((one.set_key, one.code), []).append(one)
        self._standing = dict(standing or {})
        self._known: dict[tuple[str, date], StandardSet] = {}

    def adopted(self, day: date) -> list[StandardSet]:
        """List the adopted standards in force on a day, each figure in the edition of that day."""
        return [self.of(key, day) for key in self.sets if self.is_own(key, day)]

    def is_own(self, key: str, day: date) -> bool:
        """Tell whether the office goes by a standard on a day: what it ruled last, else what the data says."""
        said = [ruling for ruling in self._rulings.get(key, ()) if ruling.since <= day]
        if said:
            return max(enumerate(said), key=lambda pair: (pair[1].since, pair[0]))[1].is_adopted
        chosen = self.sets.get(key)
        return chosen is not None and chosen.is_adopted and chosen.holds_on(day)

    def known(self, day: date) -> dict[str, StandardSet]:
        """Return every standard of figures with its standing on a day, the office's own first."""
        found = {key: replace(one, is_adopted=self.is_own(key, day)) for key, one in self.sets.items()}
        return dict(sorted(found.items(), key=lambda pair: not pair[1].is_adopted))

    def book(self, sort: Sort, day: date) -> Book | None:
        """Return the office's newest table of a sort that holds on a day."""
        own = [book for book in self.books if book.sort is sort and self.is_own(book.key, day)]
        return max(own, key=lambda book: book.since, default=None)

    def of(self, key: str, day: date) -> StandardSet:
        """Return a standard with its figures in the editions of a day; figures without one stay as they came."""
        if (key, day) not in self._known:
            chosen = self.sets[key]
            entries = {entry.code: entry.on(day) for entry in self.entries(key)}
            self._known[key, day] = replace(
                chosen,
                figures=tuple(_figure_on(figure, entries) for figure in chosen.figures),
                quantities=tuple(_quantity_on(quantity, entries) for quantity in chosen.quantities),
            )
        return self._known[key, day]

    def entries(self, key: str) -> list[Entry]:
        """List the figures of a standard, those of a class together."""
        chosen = self.sets[key]
        found = [self._entry(chosen, *base) for figure in chosen.figures for base in _bases(figure)]
        return found + [self._entry(chosen, *_base(quantity)) for quantity in chosen.quantities]

    def entry(self, key: str, code: str) -> Entry | None:
        """Return one figure, if the standard has it."""
        return next((entry for entry in self.entries(key) if entry.code == code), None)

    def _entry(self, chosen: StandardSet, base: Entry, edition: Edition) -> Entry:
        later = self._later.get((chosen.key, base.code), [])
        ends = [*(one.since for one in later), chosen.until]
        first = replace(edition, since=chosen.since, until=ends[0], number=chosen.number)
        editions = [first] + [
            Edition(one.value, one.since, end, one.number, one.source, is_verified=False, id=one.id)
            for one, end in zip(later, ends[1:], strict=True)
        ]
        return replace(
            base, set_key=chosen.key, editions=tuple(self._standing_of(chosen.key, base.code, one) for one in editions)
        )

    def _standing_of(self, key: str, code: str, edition: Edition) -> Edition:
        checked = self._standing.get((key, code, edition.id))
        return edition if checked is None else replace(edition, is_verified=checked, is_checked=True)


def code_of(kinds: Iterable[str], ranks: Iterable[str], what: What) -> str:
    """Name a figure inside its standard; the name stays the same whatever the figure becomes."""
    parts = ["-".join(kinds), "-".join(sorted(ranks)), what.value]
    return ".".join(part for part in parts if part)


def _bases(figure: Figure) -> Iterator[tuple[Entry, Edition]]:
    said = [
        (What.CAP, figure.cap_fen, figure.cap_found),
        (What.LIFE, figure.life_years, figure.life_found),
    ]
    name = _name(KIND_NAMES[figure.kind] if figure.item == "打印机" else figure.item, figure.ranks)
    for what, value, is_found in said:
        if value is not None:
            code = code_of([figure.kind], figure.ranks, what)
            yield Entry("", code, what, name, "", ()), _brought(value, figure.source, is_found=is_found)


def _base(quantity: Quantity) -> tuple[Entry, Edition]:
    code = code_of(quantity.kinds, quantity.ranks, What.QUANTITY)
    name = _name("、".join(KIND_NAMES[kind] for kind in quantity.kinds), quantity.ranks)
    entry = Entry("", code, What.QUANTITY, name, quantity.basis, ())
    return entry, _brought(quantity.figure, quantity.text, is_found=quantity.is_found)


def _brought(value: int, source: str, *, is_found: bool) -> Edition:
    return Edition(value, date.min, None, "", source, is_found)


def _name(item: str, ranks: frozenset[Rank]) -> str:
    whom = "、".join(word for rank, word in _RANK_NAMES.items() if rank in ranks)
    return f"{item}（{whom}）" if whom else item


def _figure_on(figure: Figure, entries: Mapping[str, Edition | None]) -> Figure:
    cap = entries.get(code_of([figure.kind], figure.ranks, What.CAP))
    life = entries.get(code_of([figure.kind], figure.ranks, What.LIFE))
    if cap is not None:
        figure = replace(figure, cap_fen=cap.value, cap_found=cap.is_verified, cap_paper=cap.number if cap.id else "")
    if life is not None:
        paper = life.number if life.id else ""
        figure = replace(figure, life_years=life.value, life_found=life.is_verified, life_paper=paper)
    return figure


def _quantity_on(quantity: Quantity, entries: Mapping[str, Edition | None]) -> Quantity:
    edition = entries.get(code_of(quantity.kinds, quantity.ranks, What.QUANTITY))
    if edition is None:
        return quantity
    if edition.id is None:
        return replace(quantity, is_found=edition.is_verified)
    entry = _base(quantity)[0]
    text = f"{entry.told(edition.value)}（{edition.number}）"
    return replace(quantity, figure=edition.value, is_found=edition.is_verified, text=text)
