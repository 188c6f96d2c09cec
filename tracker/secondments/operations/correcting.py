"""Put right what was mistyped, with a reason, and add a scan that was missing; what stood there before stays on record.

The term itself is not corrected here: it is extended or ended by a paper. Only its first day may have been mistyped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.evidence.operations import StoredFile
from tracker.identity.models import Person, Unit
from tracker.kernel.documents import masked
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import listed, tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, PostFacts, checked_reason, checked_station
from tracker.secondments.halves import Half
from tracker.secondments.lifecycle import Move, State
from tracker.secondments.models import Amendment, Confirmation, HalfNote, Secondment
from tracker.secondments.operations.leaving import OpenMatter
from tracker.secondments.operations.writing import Command, kept, kept_scan, note_down
from tracker.secondments.ranks import PostKind
from tracker.secondments.standing import Paper, Post, kept_as, papers_of, posts_of, told
from tracker.storage.cipher import Cipher, OtherKey
from tracker.storage.statements import take_turn
from tracker.teams.operations import change_start

DaysUsed = Callable[[Session, int, int, date, date], Sequence[OpenMatter]]
"""Told (session, person_id, team_id, first day, day after the last), names what lies on those days."""

_asked: dict[str, DaysUsed] = {}
_MOST_NAMED = 5


def ask_for_days(subject: str, days_used: DaysUsed) -> None:
    """Have a package above asked, under its subject, before days are taken out of a term."""
    _asked[subject] = days_used


@dataclass(frozen=True)
class Correction:
    """A secondment as it should have been recorded. An empty number of the person leaves the one on record."""

    home_unit_id: int
    post_kind: PostKind
    station: str
    begins_on: date
    full_time: bool
    id_number: str = ""
    phone: str = ""
    other_home: bool = False
    """The home unit is not the person's unit in the directory, and that is right."""


def correct(
    session: Session, secondment_id: int, wanted: Correction, reason: str, order: Command, *, cipher: Cipher
) -> Amendment:
    """Put a secondment right. The same command a second time returns the first's.

    Raises Refused without a reason, when nothing changes, for another home unit once one has confirmed, and for a
    first day that makes terms overlap or leaves claims or confirmations outside; Stale, NotOpen once it is closed.
    """
    if (done := _done(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.CORRECT, order)
    policy.require_another(order.by, secondment.person_id, "更正抽调记录")
    why = checked_reason(reason, needed=True, field="reason")
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if wanted.home_unit_id != secondment.home_unit_id:
        home = _other_home(session, secondment, wanted)
        before["home_unit"], after["home_unit"] = secondment.home_unit.name, home.name
        secondment.home_unit = home
    station = checked_station(wanted.station)
    for name, value in (("post_kind", wanted.post_kind), ("station", station), ("full_time", wanted.full_time)):
        if getattr(secondment, name) != value:
            before[name], after[name] = getattr(secondment, name), value
            setattr(secondment, name, value)
    _correct_numbers(secondment, wanted, cipher, before, after)
    if wanted.begins_on != secondment.begins_on:
        before["begins_on"], after["begins_on"] = secondment.begins_on, wanted.begins_on
        _move_begin(session, secondment, wanted.begins_on, why, order)
    if not after:
        raise Refused("与现在登记的一样，没有要更正的内容")
    return _amend(session, secondment, before, after, why, order)


def correct_paper(  # noqa: PLR0917  in the order of the form
    session: Session, secondment_id: int, paper_id: int, document: Document, reason: str, order: Command
) -> Amendment:
    """Put right a paper's number or date. Raises Refused without a reason or when nothing changes."""
    if (done := _done(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.CORRECT, order)
    policy.require_another(order.by, secondment.person_id, "更正抽调记录")
    paper = _paper(session, secondment, paper_id)
    checked = document.checked(order.at)
    wanted = {"number": checked.number, "dated": checked.dated}
    return _put_right(session, secondment, paper, wanted, reason, order)


def correct_post(  # noqa: PLR0917  in the order of the form
    session: Session,
    secondment_id: int,
    post_id: int,
    facts: PostFacts,
    document: Document,
    reason: str,
    order: Command,
) -> Amendment:
    """Put right the words of a post's record or of its document; a change of the post is none of these.

    Raises Refused without a reason or when nothing changes.
    """
    if (done := _done(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.CORRECT, order)
    policy.require_another(order.by, secondment.person_id, "更正抽调记录")
    post, checked = _post(session, secondment, post_id), document.checked(order.at)
    wanted = {**asdict(facts.checked()), "paper_number": checked.number, "paper_dated": checked.dated}
    return _put_right(session, secondment, post, wanted, reason, order)


def add_scan(  # noqa: PLR0917  in the order of the form
    session: Session, secondment_id: int, what: str, record_id: int, scan: StoredFile | None, order: Command
) -> Amendment:
    """Add the scan a ``paper`` or a ``post`` lacks, once. The same command a second time returns the first's."""
    if (done := _done(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.COMPLETE, order)
    policy.require_another(order.by, secondment.person_id, "补扫描件")
    find: Callable[[Session, Secondment, int], Paper | Post] = _paper if what == "paper" else _post
    record = find(session, secondment, record_id)
    if record.scan is not None:
        raise Refused("这份文件已有扫描件，不用再补", field="scan")
    if scan is None:
        raise Refused("请选择扫描件", field="scan")
    number = record.number if isinstance(record, Paper) else record.paper_number
    amendment = _amendment(secondment, order, record, scan_id=kept_scan(session, scan, order))
    session.add(amendment)
    secondment.version += 1
    session.flush()
    note_down(
        session, "secondment.add_scan", secondment, order, after={"paper": number, "evidence_id": amendment.scan_id}
    )
    return amendment


def _put_right(  # noqa: PLR0917  what, how, why, by whom
    session: Session,
    secondment: Secondment,
    record: Paper | Post,
    wanted: Mapping[str, Any],
    reason: str,
    order: Command,
) -> Amendment:
    why = checked_reason(reason, needed=True, field="correction")
    changed = [name for name, value in wanted.items() if getattr(record, name) != value]
    if not changed:
        raise Refused("与现在登记的一样，没有要更正的内容")
    before = {name: getattr(record, name) for name in changed}
    return _amend(session, secondment, before, {name: wanted[name] for name in changed}, why, order, record)


def _amend(  # noqa: PLR0917  what, from what to what, why, by whom
    session: Session,
    secondment: Secondment,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    why: str,
    order: Command,
    record: Paper | Post | None = None,
) -> Amendment:
    amendment = _amendment(secondment, order, record, before=before, after=after, reason=why)
    session.add(amendment)
    secondment.version += 1
    session.flush()
    note_down(session, "secondment.correct", secondment, order, before=told(before), after=told(after), note=why)
    return amendment


def _amendment(
    secondment: Secondment,
    order: Command,
    record: Paper | Post | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **more: Any,
) -> Amendment:
    return Amendment(
        secondment_id=secondment.id,
        paper_id=record.id if isinstance(record, Paper) else None,
        snapshot_id=record.id if isinstance(record, Post) else None,
        before={name: kept_as(value) for name, value in (before or {}).items()},
        after={name: kept_as(value) for name, value in (after or {}).items()},
        made_by=order.by.person_id,
        made_at=order.at,
        command_id=order.command_id,
        **more,
    )


def _done(session: Session, order: Command) -> Amendment | None:
    take_turn(session, order.command_id)
    return session.scalar(select(Amendment).where(Amendment.command_id == order.command_id))


def _paper(session: Session, secondment: Secondment, paper_id: int) -> Paper:
    found = next((one for one in papers_of(session, [secondment.id])[secondment.id] if one.id == paper_id), None)
    if found is None:
        raise NotFound
    return found


def _post(session: Session, secondment: Secondment, post_id: int) -> Post:
    found = next((one for one in posts_of(session, [secondment.id])[secondment.id] if one.id == post_id), None)
    if found is None:
        raise NotFound
    return found


def _other_home(session: Session, secondment: Secondment, wanted: Correction) -> Unit:
    said = select(Confirmation.id).where(Confirmation.secondment_id == secondment.id)
    if session.scalar(said.limit(1)) is not None:
        raise Refused("原单位已经确认过，不能再改；确实错了的，请先办返岗，再登记新的抽调", field="home_unit_id")
    home = session.get(Unit, wanted.home_unit_id)
    if home is None or home.closed_at is not None:
        raise Refused("请从列表中选择原单位", field="home_unit_id")
    if home.id == secondment.team.lead_unit_id:
        raise Refused("牵头单位自己的人不用抽调，请核对原单位", field="home_unit_id")
    policy.require_own_unit(session.get_one(Person, secondment.person_id), home, is_right=wanted.other_home)
    return home


def _correct_numbers(
    secondment: Secondment, wanted: Correction, cipher: Cipher, before: dict[str, Any], after: dict[str, Any]
) -> None:
    typed = {"id": policy.id_number(wanted.id_number), "phone": policy.phone(wanted.phone)}
    names = {"id": "id_number", "phone": "phone"}
    for key, number in typed.items():
        held = getattr(secondment, f"{key}_cipher")
        known = _unlocked(cipher, held)
        if not number or number == known:
            continue
        before[names[key]], after[names[key]] = masked(known or ""), masked(number)
        setattr(secondment, f"{key}_cipher", cipher.lock(number))


def _unlocked(cipher: Cipher, data: bytes | None) -> str | None:
    """Read a number; one that another key hides is replaced without being read."""
    try:
        return cipher.unlock(data) if data else None
    except OtherKey:
        return None


def _move_begin(session: Session, secondment: Secondment, begins_on: date, why: str, order: Command) -> None:
    """Move the first day, with the seat and the first post that begin on it."""
    policy.check_term(begins_on, secondment.last_day)
    _refuse_overlap(session, secondment, begins_on)
    _refuse_days_in_use(session, secondment, begins_on)
    posts = posts_of(session, [secondment.id])[secondment.id]
    if len(posts) > 1 and posts[1].effective_on <= begins_on:
        raise Refused(
            tell("%(day)s 起登记了职务职级变化，第一天要早于这一天", day=posts[1].effective_on.isoformat()),
            field="begins_on",
        )
    if secondment.seat is None:
        raise Refused("这次抽调没有组员席位，不能改期；请联系系统管理员核对")
    change_start(session, secondment.seat.id, begins_on, by=order.by, at=order.at, version=secondment.seat.version)
    secondment.begins_on = begins_on
    first = _amendment(
        secondment,
        order,
        posts[0],
        before={"effective_on": posts[0].effective_on},
        after={"effective_on": begins_on},
        reason=why,
    )
    first.command_id = f"{order.command_id}-post"[:48]
    session.add(first)
    session.flush()


def _refuse_overlap(session: Session, secondment: Secondment, begins_on: date) -> None:
    others = select(Secondment).where(
        Secondment.person_id == secondment.person_id,
        Secondment.id != secondment.id,
        Secondment.state != State.CANCELLED,
        Secondment.ends_before > begins_on,
        Secondment.begins_on < secondment.ends_before,
    )
    other = session.scalar(others.order_by(Secondment.begins_on).limit(1))
    if other is not None:
        raise Refused(
            tell("与到 %(last_day)s 为止的另一期抽调重叠，请核对第一天", last_day=other.last_day.isoformat()),
            field="begins_on",
        )


def _refuse_days_in_use(session: Session, secondment: Secondment, begins_on: date) -> None:
    if begins_on < secondment.begins_on:
        return
    for kind in (Confirmation, HalfNote):
        codes = session.scalars(select(kind.half).where(kind.secondment_id == secondment.id)).all()
        if any(Half.read(code).due_on < begins_on for code in codes):
            raise Refused("已经有在这一天以前的半年确认，第一天不能改到它后面", field="begins_on")
    found = [
        matter
        for ask in _asked.values()
        for matter in ask(session, secondment.person_id, secondment.team_id, secondment.begins_on, begins_on)
    ]
    if found:
        named = listed((matter.name for matter in found[:_MOST_NAMED]), "、")
        raise Refused(
            tell("这些单据的费用在新的第一天以前：%(named)s。请先办结或撤回，再改第一天", named=named),
            field="begins_on",
            matters=tuple(found),
        )
