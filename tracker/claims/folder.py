"""票夹: a person's own invoices that wait until a claim uses them, with what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from tracker.claims import policy
from tracker.claims.bills import TITLE_SENTENCES
from tracker.claims.lifecycle import LIVE_STATES, State
from tracker.claims.models import Attachment, Claim
from tracker.claims.operations.invoices import named_holders
from tracker.evidence import keys, queries
from tracker.evidence.models import Evidence, EvidenceReading, LikenessWord, ReadState
from tracker.evidence.queries import MATCH_NAMES, Known, LookAlike, Match
from tracker.evidence.reading import Reading
from tracker.evidence.reading.facts import FIELD_NAMES
from tracker.evidence.titles import PERSONAL, Title, TitleAnswer, check_title, titles_of
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.money import format_yuan
from tracker.kernel.text import listed, tell
from tracker.storage.statements import run
from tracker.teams.models import Team

COUNTED_TO = 999
"""The menu counts no further than this."""

MOST_CHECKED = 500
"""So many unused files of one person are looked at for the list of those with a problem."""

_FREED = (State.REJECTED, State.DISCARDED)
_ASKED_FOR = ("invoice_number", "issue_date", "total_fen")


class Shows(StrEnum):
    """Which files the folder shows."""

    UNUSED = "unused"
    USED = "used"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Use:
    """The claim that uses a file."""

    claim_id: int
    title: str
    state: State


@dataclass(frozen=True)
class Alike:
    """Another file this one looks like: in what, whose claim it is on (if one may see it), and what was said."""

    handle: str
    other_id: int
    sentence: str
    words: Sequence[LikenessWord]


@dataclass
class Kept:
    """A file of the folder with everything known of it."""

    evidence: Evidence
    known: Known
    use: Use | None = None
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)

    @property
    def reading(self) -> Reading | None:
        """What the file says, once it is read."""
        return self.known.reading

    @property
    def is_waiting(self) -> bool:
        """Tell whether the file still waits to be read."""
        return self.known.is_open

    @property
    def has_problem(self) -> bool:
        """Tell whether somebody has to look at it."""
        return bool(self.problems) or any(not one.words for one in self.alike)


def _own(actor: Actor) -> ColumnElement[bool]:
    return Evidence.uploaded_by == actor.person_id


def _in_use() -> ColumnElement[bool]:
    return exists(
        select(Attachment.id)
        .join(Claim, Claim.id == Attachment.claim_id)
        .where(Attachment.evidence_id == Evidence.id, Claim.state.not_in(_FREED))
    )


def _files(actor: Actor) -> Select[Evidence]:
    """Select a person's invoices, those that have waited longest first."""
    return (
        select(Evidence)
        .join(EvidenceReading, EvidenceReading.evidence_id == Evidence.id)
        .where(_own(actor))
        .order_by(Evidence.id)
    )


def unused_count(session: Session, actor: Actor) -> int:
    """Count the invoices that wait in a person's folder, no further than 999."""
    return int(run(session, _UNUSED, {"person": actor.person_id}).scalar_one())


_UNUSED = select(func.count()).select_from(
    select(Evidence.id)
    .join(EvidenceReading, EvidenceReading.evidence_id == Evidence.id)
    .where(Evidence.uploaded_by == bindparam("person"), ~_in_use())
    .limit(COUNTED_TO)
    .subquery()
)


_USED_OR_WAITING = select(
    select(Attachment.evidence_id)
    .join(Claim, Claim.id == Attachment.claim_id)
    .where(Claim.state.in_(LIVE_STATES))
    .union(select(Evidence.id).where(Evidence.uploaded_by == bindparam("person"), ~_in_use()))
    .subquery()
    .c[0]
)
"""The files that claims use now, and those that wait in a person's folder."""


def kept(
    session: Session, actor: Actor, shows: Shows, *, at: datetime, after: int | None = None, most: int = 50
) -> list[Kept]:
    """List a person's files, oldest first for those that wait, latest first for those in use."""
    wanted = _files(actor)
    if shows is Shows.USED:
        wanted = wanted.where(_in_use()).order_by(None).order_by(Evidence.id.desc())
        if after is not None:
            wanted = wanted.where(Evidence.id < after)
        return describe(session, actor, session.scalars(wanted.limit(most)).all(), at=at)
    wanted = wanted.where(~_in_use())
    if shows is Shows.PROBLEM:
        files = session.scalars(wanted.limit(MOST_CHECKED)).all()
        wrong = [one for one in describe(session, actor, files, at=at) if one.has_problem]
        return [one for one in wrong if after is None or one.evidence.id > after][:most]
    if after is not None:
        wanted = wanted.where(Evidence.id > after)
    return describe(session, actor, session.scalars(wanted.limit(most)).all(), at=at)


def own_files(session: Session, actor: Actor, evidence_ids: Iterable[int], *, at: datetime) -> list[Kept]:
    """Describe those of a person's own files that are named."""
    wanted = _files(actor).where(Evidence.id.in_(tuple(evidence_ids)))
    return describe(session, actor, session.scalars(wanted).all(), at=at)


def waiting_ids(session: Session, actor: Actor, *, most: int = 200) -> Sequence[int]:
    """List the ids of a person's files that wait to be read."""
    return session.scalars(
        select(Evidence.id)
        .join(EvidenceReading, EvidenceReading.evidence_id == Evidence.id)
        .where(_own(actor), EvidenceReading.state.in_((ReadState.WAITING, ReadState.READING)))
        .order_by(Evidence.id)
        .limit(most)
    ).all()


def same_file(session: Session, actor: Actor, sha256: str) -> Kept | None:
    """Find the same bytes among a person's own files: a second drop is no second file."""
    found = session.scalars(_files(actor).where(Evidence.sha256 == sha256).limit(1)).first()
    if found is None:
        return None
    known = queries.readings_of(session, [found.id])
    return Kept(found, known[found.id], _uses(session, actor, [found.id]).get(found.id))


def describe(session: Session, actor: Actor, files: Sequence[Evidence], *, at: datetime) -> list[Kept]:
    """Say of each file what it says, who uses it, and, while nobody does, what is wrong with it."""
    ids = [one.id for one in files]
    known = queries.readings_of(session, ids)
    uses = _uses(session, actor, ids)
    shown = [Kept(one, known[one.id], uses.get(one.id)) for one in files]
    unused = [one for one in shown if one.use is None]
    if not unused:
        return shown
    desk = _Desk(session, actor, unused, day_of(at))
    for one in unused:
        one.problems = list(desk.problems(one))
        one.remarks = list(desk.remarks(one))
    for one, alike in desk.alike():
        one.alike.append(alike)
    return shown


def _uses(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Use]:
    if not ids:
        return {}
    rows = session.execute(
        select(Attachment.evidence_id, Claim.id, Claim.number, Claim.purpose, Claim.state)
        .join(Claim, Claim.id == Attachment.claim_id)
        .where(Attachment.evidence_id.in_(ids), Claim.state.not_in(_FREED), policy.seen_by(actor))
        .order_by(Claim.id)
    )
    return {row[0]: Use(row[1], row[2] or row[3] or "未命名草稿", row[4]) for row in rows}


@dataclass
class _Desk:
    """What is looked up once for all files of a page."""

    session: Session
    actor: Actor
    files: Sequence[Kept]
    today: date

    def __post_init__(self) -> None:
        numbers = [(one.known.code, one.known.number) for one in self.files if one.known.number]
        self.used = keys.used_elsewhere(self.session, numbers, claim_id=0)
        self.back = queries.taken_back(self.session, numbers)
        self.titles = self._titles()

    def _titles(self) -> list[Title]:
        teams = self.actor.teams(SeatKind.MEMBER) | self.actor.teams(SeatKind.AGENT)
        units = self.session.scalars(select(Team.lead_unit_id).where(Team.id.in_(teams)).distinct())
        return [title for unit_id in units for title in titles_of(self.session, unit_id)]

    def problems(self, one: Kept) -> Iterable[str]:
        """Say what stands in the way of using a file, or has to be looked at first."""
        if one.known.state is ReadState.UNREADABLE:
            yield tell("没有识别：%(why)s", why=one.known.sentence)
        reading = one.reading
        if reading is None:
            return
        key = (one.known.code, one.known.number)
        if reading.red_letter:
            yield "这是红字发票，不能报销；它对应的蓝字发票也不能再报"
        back = self.back.get(key)
        if back is not None:
            left_of_it = back.left_of(reading.total_fen)
            yield (
                tell("这张发票已被部分红冲，最多还可报 %(left)s 元", left=format_yuan(left_of_it))
                if left_of_it
                else "这张发票已被红冲，不能报销；请换重开的发票"
            )
        used = self.used.get(key)
        if used is not None:
            told = named_holders(self.session, keys.holders(self.session, *key), by=self.actor)
            left = used.total_fen - used.used_fen
            rest = tell("，还剩 %(left)s 元可报", left=format_yuan(left)) if left else tell("，不能再报")
            yield tell(
                "这张发票已报销 %(used)s 元%(where)s%(rest)s", used=format_yuan(used.used_fen), where=told, rest=rest
            )
        if reading.issue_date is not None and reading.issue_date > self.today:
            yield tell("开票日期 %(day)s 晚于今天，请核对原件", day=reading.issue_date)
        answer = self._title(reading)
        if answer is not None and answer is not TitleAnswer.UNREAD and answer in TITLE_SENTENCES:
            yield TITLE_SENTENCES[answer]

    def remarks(self, one: Kept) -> Iterable[str]:
        """Say what was not read and has to be looked at or typed, without calling the paper wrong."""
        reading = one.reading
        if reading is None:
            return
        if self._title(reading) is TitleAnswer.UNREAD:
            yield TITLE_SENTENCES[TitleAnswer.UNREAD]
        lacking = [FIELD_NAMES[name] for name in _ASKED_FOR if getattr(reading, name) is None]
        if reading.kind in PERSONAL and not reading.invoice_number:
            lacking = [name for name in lacking if name != FIELD_NAMES["invoice_number"]]
        if lacking:
            yield tell("没有读到%(fields)s，用到报销单时手工填写", fields=listed(lacking, "、"))
        yield from reading.notes[:2]

    def _title(self, reading: Reading) -> TitleAnswer | None:
        return check_title(reading, self.titles) if self.titles else None

    def alike(self) -> Iterable[tuple[Kept, Alike]]:
        """Find what the files look like: others in this folder, and files that claims use."""
        by_id = {one.evidence.id: one for one in self.files}
        mine_too = {"person": self.actor.person_id}
        alike = queries.look_alikes(self.session, list(by_id), _USED_OR_WAITING, mine_too)
        found = [one for one in alike if _counts(one, by_id)]
        words = queries.words_about(self.session, [one.pair for one in found])
        others = self._others({one.other_id for one in found})
        for one in found:
            what = others.get(one.other_id) or tell("你不能查看的单据里的一份票据")
            in_what = listed(MATCH_NAMES[match] for match in one.matches)
            sentence = tell("与%(what)s很像：%(why)s", what=what, why=in_what)
            said = words.get(one.pair, [])
            mine = by_id[one.evidence_id]
            yield mine, Alike(mine.evidence.handle, one.other_id, sentence, said)
            twin = by_id.get(one.other_id)
            if twin is not None:
                here = tell("票夹里的「%(name)s」", name=mine.evidence.display_name)
                back = tell("与%(what)s很像：%(why)s", what=here, why=in_what)
                yield twin, Alike(twin.evidence.handle, one.evidence_id, back, said)

    def _others(self, ids: set[int]) -> Mapping[int, str]:
        """Name the other files, as far as the person may see them."""
        uses = _uses(self.session, self.actor, sorted(ids))
        rows = self.session.execute(
            select(Evidence.id, Evidence.display_name, Evidence.uploaded_by).where(Evidence.id.in_(ids))
        )
        named = {}
        for evidence_id, name, uploaded_by in rows:
            if evidence_id in uses:
                named[evidence_id] = tell(" %(claim)s 的「%(name)s」", claim=uses[evidence_id].title, name=name)
            elif uploaded_by == self.actor.person_id:
                named[evidence_id] = tell("票夹里的「%(name)s」", name=name)
        return named


def _counts(one: LookAlike, folder: Mapping[int, Kept]) -> bool:
    """Let the PDF, OFD and XML of one invoice be: they are companions; a number in use is told by its key."""
    both_here = one.evidence_id in folder and one.other_id in folder
    return bool(set(one.matches) - {Match.NUMBER}) and not (both_here and Match.NUMBER in one.matches)
