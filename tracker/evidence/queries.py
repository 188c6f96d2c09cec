"""What is known of files: their readings, what looks like them, which red-letter invoice takes them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from tracker.evidence import stored
from tracker.evidence.likeness import is_alike
from tracker.evidence.models import AcceptedTitle, Evidence, EvidenceReading, Likeness, LikenessWord, ReadState
from tracker.evidence.reading import Reading
from tracker.storage.statements import run, table


@dataclass(frozen=True)
class Known:
    """How far the reading of a file is, and what it says."""

    evidence_id: int
    state: ReadState
    sentence: str
    reading: Reading | None
    code: str
    number: str

    @property
    def is_open(self) -> bool:
        """Tell whether the file still waits to be read."""
        return self.state in (ReadState.WAITING, ReadState.READING)


def readings_of(session: Session, evidence_ids: Iterable[int]) -> dict[int, Known]:
    """Look up the readings of files by evidence id; files that are not read as invoices are left out."""
    wanted = tuple(evidence_ids)
    if not wanted:
        return {}
    rows = run(session, _READINGS, {"ids": wanted})
    return {
        row.evidence_id: Known(
            row.evidence_id,
            row.state,
            row.sentence,
            stored.from_plain(row.content) if row.content is not None else None,
            row.code,
            row.number,
        )
        for row in rows
    }


_READINGS = select(
    EvidenceReading.evidence_id,
    EvidenceReading.state,
    EvidenceReading.sentence,
    EvidenceReading.content,
    EvidenceReading.code,
    EvidenceReading.number,
).where(EvidenceReading.evidence_id.in_(bindparam("ids", expanding=True)))


class Match(StrEnum):
    """In what two files are alike."""

    FILE = "file"
    NUMBER = "number"
    FACTS = "facts"
    PHOTO = "photo"
    DAY_AMOUNT = "day_amount"


MATCH_NAMES: Mapping[Match, str] = {
    Match.FILE: "文件完全相同",
    Match.NUMBER: "发票号码相同",
    Match.FACTS: "销售方、日期、金额都相同",
    Match.PHOTO: "照片几乎一样",
    Match.DAY_AMOUNT: "同一人的票据，日期和金额相同",
}


@dataclass(frozen=True)
class LookAlike:
    """Two files that may be one paper, and in what they are alike."""

    evidence_id: int
    other_id: int
    matches: tuple[Match, ...]

    @property
    def pair(self) -> tuple[int, int]:
        """The two files in order, as words about them are kept."""
        return (min(self.evidence_id, self.other_id), max(self.evidence_id, self.other_id))


@dataclass(frozen=True)
class _Facts:
    sha256: str
    uploaded_by: int
    number: str
    issued_on: object
    total_fen: int | None
    seller_key: str
    likeness: str


def look_alikes(
    session: Session, evidence_ids: Sequence[int], among: Select[int], named: Mapping[str, object] | None = None
) -> list[LookAlike]:
    """Find what looks like these files among others: bytes, number, seller + day + amount, or nearly the same photo.

    ``among`` selects the ids of the files to compare with: a statement built once, whose parameters are ``named``.
    Tickets without a seller count only within one person's
    files, and only where one of the two has no number to tell them apart.
    """
    wanted = tuple(dict.fromkeys(evidence_ids))
    if not wanted:
        return []
    own = _facts(session, _THESE, {"ids": wanted})
    others = _facts(session, _candidates(own, among), {**(named or {}), **_asked(own)})
    found = []
    for evidence_id in wanted:
        for other_id, other in others.items():
            if other_id == evidence_id or (other_id in own and other_id < evidence_id):
                continue
            matches = _matches(own[evidence_id], other) if evidence_id in own else ()
            if matches:
                found.append(LookAlike(evidence_id, other_id, matches))
    return found


def _facts(session: Session, wanted: Select[*tuple[Any, ...]], named: Mapping[str, object]) -> dict[int, _Facts]:
    return {row[0]: _Facts(*row[1:]) for row in run(session, wanted, named)}


_FILE, _READ = table(Evidence).c, table(EvidenceReading).c
_ALL_FACTS = select(
    _FILE.id,
    _FILE.sha256,
    _FILE.uploaded_by,
    func.coalesce(_READ.number, ""),
    _READ.issued_on,
    _READ.total_fen,
    func.coalesce(_READ.seller_key, ""),
    func.coalesce(_READ.likeness, ""),
).select_from(table(Evidence).outerjoin(table(EvidenceReading), _READ.evidence_id == _FILE.id))
_THESE = _ALL_FACTS.where(_FILE.id.in_(bindparam("ids", expanding=True)))


def _asked(own: Mapping[int, _Facts]) -> dict[str, object]:
    return {
        "ids": list(own),
        "shas": list({one.sha256 for one in own.values()}),
        "numbers": list({one.number for one in own.values() if one.number}),
    }


def _candidates(own: Mapping[int, _Facts], among: Select[int]) -> Select[*tuple[Any, ...]]:
    """Select by index what could match; what does is decided on the facts."""
    return _could_match(
        among,
        with_numbers=any(one.number for one in own.values()),
        with_days=any(one.issued_on and one.total_fen for one in own.values()),
        with_photos=any(one.likeness for one in own.values()),
    )


@lru_cache(maxsize=64)
def _could_match(
    among: Select[int], *, with_numbers: bool, with_days: bool, with_photos: bool
) -> Select[*tuple[Any, ...]]:
    own: BindParameter[int] = bindparam("ids", expanding=True)
    parts = [select(_FILE.id).where(_FILE.sha256.in_(bindparam("shas", expanding=True)))]
    if with_numbers:
        parts.append(select(_READ.evidence_id).where(_READ.number.in_(bindparam("numbers", expanding=True))))
    if with_days:
        # Joined to the files' own rows and not a list of pairs, for which SQLite finds no index.
        first, second = table(EvidenceReading).alias(), table(EvidenceReading).alias()
        same = (first.c.issued_on == second.c.issued_on) & (first.c.total_fen == second.c.total_fen)
        parts.append(select(second.c.evidence_id).join(first, same).where(first.c.evidence_id.in_(own)))
    if with_photos:
        mine, theirs = table(Likeness).alias(), table(Likeness).alias()
        same = (mine.c.band == theirs.c.band) & (mine.c.bits == theirs.c.bits)
        parts.append(select(theirs.c.evidence_id).join(mine, same).where(mine.c.evidence_id.in_(own)))
    could_be = parts[0].union(*parts[1:]).subquery()
    return _ALL_FACTS.where(_FILE.id.in_(select(could_be.c[0])), _FILE.id.in_(among))


def _matches(one: _Facts, other: _Facts) -> tuple[Match, ...]:
    same_day = bool(one.issued_on and one.total_fen) and (one.issued_on, one.total_fen) == (
        other.issued_on,
        other.total_fen,
    )
    same_seller = bool(one.seller_key) and one.seller_key == other.seller_key
    nameless = not one.seller_key and not other.seller_key
    one_is_without_number = not (one.number and other.number)
    tests = {
        Match.FILE: one.sha256 == other.sha256,
        Match.NUMBER: bool(one.number) and one.number == other.number,
        Match.FACTS: same_day and same_seller,
        Match.PHOTO: one.sha256 != other.sha256 and is_alike(one.likeness, other.likeness),
        Match.DAY_AMOUNT: same_day and nameless and one_is_without_number and one.uploaded_by == other.uploaded_by,
    }
    return tuple(match for match, holds in tests.items() if holds)


def words_about(session: Session, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[LikenessWord]]:
    """Look up what was said about pairs of files, oldest first."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    rows = session.scalars(
        select(LikenessWord)
        .options(joinedload(LikenessWord.speaker, innerjoin=True))
        .where(tuple_(LikenessWord.one_id, LikenessWord.other_id).in_(wanted))
        .order_by(LikenessWord.said_at, LikenessWord.id)
    )
    said: dict[tuple[int, int], list[LikenessWord]] = defaultdict(list)
    for word in rows:
        said[word.one_id, word.other_id].append(word)
    return dict(said)


@dataclass(frozen=True)
class TakenBack:
    """What red-letter invoices take back of a blue one: their numbers, and how much in fen (None where one is unread).

    Each red-letter invoice counts once, however many files of it there are.
    """

    numbers: tuple[str, ...]
    amount_fen: int | None

    def left_of(self, total_fen: int | None) -> int:
        """Tell how much of the blue invoice still stands, in fen; nothing where either amount is not known."""
        if total_fen is None or self.amount_fen is None:
            return 0
        return max(0, total_fen - self.amount_fen)


def taken_back(session: Session, invoices: Iterable[tuple[str, str]]) -> dict[tuple[str, str], TakenBack]:
    """Look up which invoices (code, number in their one spelling) red-letter invoices take back, whole or in part."""
    wanted = {(code, number) for code, number in invoices if number}
    spelled = {f"{code}{number}": (code, number) for code, number in wanted}
    spelled |= {number: (code, number) for code, number in wanted}
    if not spelled:
        return {}
    rows = session.execute(
        select(EvidenceReading.red_of, EvidenceReading.number, EvidenceReading.total_fen)
        .where(EvidenceReading.red_of.in_(spelled), EvidenceReading.red_letter)
        .order_by(EvidenceReading.evidence_id)
    )
    # A red invoice that one file states and another does not (a photo) has the amount of the one that does.
    reds: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for red_of, number, total_fen in rows:
        of_blue = reds[spelled[red_of]]
        if of_blue.get(number) is None:
            of_blue[number] = None if total_fen is None else abs(total_fen)
    return {key: TakenBack(tuple(of_blue), _sum_or_none(of_blue.values())) for key, of_blue in reds.items()}


def _sum_or_none(amounts: Iterable[int | None]) -> int | None:
    known = list(amounts)
    return None if None in known else sum(amount or 0 for amount in known)


def kept_titles(session: Session, unit_ids: Iterable[int] | None = None) -> Sequence[AcceptedTitle]:
    """List the accepted titles of units (of all units for None), unit by unit, the latest first."""
    wanted = (
        select(AcceptedTitle)
        .options(joinedload(AcceptedTitle.unit, innerjoin=True), joinedload(AcceptedTitle.keeper, innerjoin=True))
        .order_by(AcceptedTitle.unit_id, AcceptedTitle.valid_from.desc(), AcceptedTitle.id.desc())
    )
    if unit_ids is not None:
        wanted = wanted.where(AcceptedTitle.unit_id.in_(tuple(unit_ids)))
    return session.scalars(wanted).all()
