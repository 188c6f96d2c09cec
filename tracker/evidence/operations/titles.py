"""Keep the titles invoices of a unit may bear: accepted from a day, ended on a day, never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.evidence import policy
from tracker.evidence.models import AcceptedTitle
from tracker.evidence.titles import fold_tax_id, fold_title
from tracker.identity.models import Unit
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import one_line, tell
from tracker.storage.statements import changed, take_turn

_TAX_ID_LENGTHS = frozenset({15, 17, 18, 20})


@dataclass(frozen=True)
class TitleFacts:
    """A title as typed: its name, tax id, and the days it is good for (both included)."""

    name: str
    tax_id: str
    valid_from: date
    valid_until: date | None = None


def accept_title(session: Session, unit_id: int, facts: TitleFacts, *, by: Actor, at: datetime, command_id: str) -> int:
    """Accept a title for a unit and return its id; the same command finds the first answer.

    Raises Forbidden, NotFound, Refused for a tax id that is none and for a title that stands already.
    """
    take_turn(session, command_id)
    done = session.scalar(select(AcceptedTitle.id).where(AcceptedTitle.command_id == command_id))
    if done is not None:
        return done
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有找到这个单位，请刷新页面后重选")
    policy.require_may_keep_titles(by, unit_id)
    name, tax_id = one_line(facts.name)[:80], fold_tax_id(facts.tax_id)
    if not name:
        raise Refused("请填写抬头名称，和发票上的购买方名称一样", field="name")
    if len(tax_id) not in _TAX_ID_LENGTHS or not tax_id.isascii():
        raise Refused("税号应为 15、17、18 或 20 位字母和数字，请核对", field="tax_id")
    if facts.valid_until is not None and facts.valid_until < facts.valid_from:
        raise Refused("截止日期早于启用日期，请核对", field="valid_until")
    for other in session.scalars(
        select(AcceptedTitle).where(AcceptedTitle.unit_id == unit_id, AcceptedTitle.tax_id == tax_id)
    ):
        is_over = other.valid_until is not None and other.valid_until < facts.valid_from
        is_later = facts.valid_until is not None and facts.valid_until < other.valid_from
        if fold_title(other.name) == fold_title(name) and not is_over and not is_later:
            raise Refused("这个抬头在这段时间里已经登记过，不用再登记", field="name")
    title = AcceptedTitle(
        unit_id=unit_id,
        name=name,
        tax_id=tax_id,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        command_id=command_id,
        kept_by=by.person_id,
        kept_at=at,
    )
    session.add(title)
    session.flush()
    after = {"unit_id": unit_id, "tax_id": tax_id, "from": facts.valid_from, "until": facts.valid_until}
    record(session, by=by, at=at, action="title.accept", subject=("accepted_title", title.id, name), after=after)
    return title.id


def end_title(session: Session, title_id: int, last_day: date, *, version: int, by: Actor, at: datetime) -> None:
    """End a title after its last day; invoices issued until then stay good.

    Raises Forbidden, NotFound, Stale, Refused for a last day before its first.
    """
    title = session.get(AcceptedTitle, title_id)
    if title is None:
        raise NotFound("没有找到这个抬头，请刷新页面")
    policy.require_may_keep_titles(by, title.unit_id)
    if last_day < title.valid_from:
        raise Refused(tell("截止日期不能早于启用日期 %(valid_from)s", valid_from=title.valid_from), field="last_day")
    ended = session.execute(
        update(AcceptedTitle)
        .where(AcceptedTitle.id == title_id, AcceptedTitle.version == version)
        .values(valid_until=last_day, version=version + 1, kept_by=by.person_id, kept_at=at)
        .execution_options(synchronize_session=False)
    )
    if changed(ended) != 1:
        raise Stale("这个抬头刚有人改过，请核对最新内容后再试")
    record(
        session,
        by=by,
        at=at,
        action="title.end",
        subject=("accepted_title", title_id, title.name),
        before={"until": title.valid_until},
        after={"until": last_day},
    )
