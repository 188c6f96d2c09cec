"""Settle a stock-take: explain what differs, sign."""

from __future__ import annotations

from sqlalchemy import func, or_, select, union_all, update
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry
from tracker.equipment import policy
from tracker.equipment.facts import Order
from tracker.equipment.models import Stocktake, StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import Outcome
from tracker.equipment.operations.counting import note_change, note_down, seen
from tracker.equipment.queries.counts import counter_ids
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.kernel.text import Told, listed, tell
from tracker.storage.statements import changed, table

_MOST_TOLD = 5
"""Changes told one by one to who signs; a sentence of more is not read."""

_STALE = "盘点刚刚有变化，请看过最新情况后再签字"


_CHANGE_WORDS = {
    "stocktake.count": "%(number)s 改为%(outcome)s",
    "stocktake.tag": "%(number)s 记为范围外标签",
    "stocktake.drop_tag": "%(number)s 误记，已撤去",
    "stocktake.explain": "%(number)s 有新的说明",
}

_DIFFERS = or_(StocktakeLine.outcome.is_(None), StocktakeLine.outcome != Outcome.FOUND)


def explain(session: Session, stocktake_id: int, line_id: int, explanation: str, order: Order) -> StocktakeLine:
    """Write why a thing is elsewhere or was not found. Keeper or head; raises NotFound, Forbidden, Refused, NotOpen."""
    count = _explained(session, stocktake_id, explanation, order)
    line = session.scalar(
        select(StocktakeLine).where(StocktakeLine.id == line_id, StocktakeLine.stocktake_id == count.id)
    )
    if line is None:
        raise NotFound
    if line.outcome is Outcome.FOUND:
        raise Refused("这件已盘到且位置相符，不用说明")
    line.explanation, line.explained_by = explanation, order.by.person_id
    session.flush()
    note_change(session, "stocktake.explain", count, order, after={"number": line.item.number}, note=explanation)
    return line


def explain_tag(session: Session, stocktake_id: int, tag_id: int, explanation: str, order: Order) -> StocktakeTag:
    """Write what an unknown tag is. Keeper or head; raises NotFound, Forbidden, Refused, NotOpen."""
    count = _explained(session, stocktake_id, explanation, order)
    tag = session.scalar(select(StocktakeTag).where(StocktakeTag.id == tag_id, StocktakeTag.stocktake_id == count.id))
    if tag is None:
        raise NotFound
    tag.explanation, tag.explained_by = explanation, order.by.person_id
    session.flush()
    note_change(session, "stocktake.explain", count, order, after={"number": tag.tag}, note=explanation)
    return tag


def close_stocktake(session: Session, stocktake_id: int, opinion: str, order: Order, *, version: int) -> Stocktake:
    """Sign a session: what was not counted is missing, every difference has to be explained first.

    By the head of the unit, who neither counted nor explained any of the differences, and has seen the result as it is:
    ``version`` is that of the page he looked at. A second click finds it signed.
    Raises NotFound, Forbidden, Refused, Stale.
    """
    count = seen(session, stocktake_id, order.by)
    if not policy.heads(order.by, count.unit_id):
        raise Forbidden("盘点结果由产权单位负责人签字")
    if count.signed_at is not None:
        return count
    if order.by.person_id in counter_ids(session, count.id):
        raise Forbidden("你参加了这次盘点，签字请由另一位负责人办理")
    if _explained_by(session, count, order.by.person_id):
        raise Forbidden("差异是你说明的，签字请由另一位负责人办理；或者请经办重新说明，再由你签字")
    if count.version != version:
        raise Stale(_meanwhile(session, count, version))
    open_lines = select(func.count()).where(
        StocktakeLine.stocktake_id == count.id, _DIFFERS, StocktakeLine.explanation == ""
    )
    open_tags = select(func.count()).where(StocktakeTag.stocktake_id == count.id, StocktakeTag.explanation == "")
    waiting = (session.scalar(open_lines) or 0) + (session.scalar(open_tags) or 0)
    if waiting:
        raise Refused(tell("还有 %(waiting)s 处差异没有说明，请先由经办逐项说明再签字", waiting=waiting))
    session.execute(
        update(table(StocktakeLine))
        .where(StocktakeLine.stocktake_id == count.id, StocktakeLine.outcome.is_(None))
        .values(outcome=Outcome.MISSING, counted_by=None, counted_at=order.at)
    )
    signed = (
        update(table(Stocktake))
        .where(Stocktake.id == count.id, Stocktake.version == version, Stocktake.signed_at.is_(None))
        .values(signed_by=order.by.person_id, signed_at=order.at, opinion=opinion, version=version + 1)
    )
    if changed(session.execute(signed)) != 1:
        raise Stale(_STALE)
    session.refresh(count)
    note_down(session, "stocktake.sign", count, order, note=opinion)
    return count


def _explained(session: Session, stocktake_id: int, explanation: str, order: Order) -> Stocktake:
    count = seen(session, stocktake_id, order.by)
    if not policy.keeps(order.by, count.unit_id) and not policy.heads(order.by, count.unit_id):
        raise Forbidden("差异由产权单位的经办或负责人说明")
    if count.signed_at is not None:
        raise NotOpen("盘点已经签字，不能再改")
    if not explanation:
        raise Refused("请写明原因和处理意见", field="explanation")
    return count


def _explained_by(session: Session, count: Stocktake, person_id: int) -> bool:
    """Tell whether a person explained a difference that is still one: a thing found at its place needs no word."""
    lines = select(StocktakeLine.id).where(
        StocktakeLine.stocktake_id == count.id, _DIFFERS, StocktakeLine.explained_by == person_id
    )
    tags = select(StocktakeTag.id).where(StocktakeTag.stocktake_id == count.id, StocktakeTag.explained_by == person_id)
    return session.scalar(union_all(lines, tags).limit(1)) is not None


def _meanwhile(session: Session, count: Stocktake, version: int) -> str:
    """Say what changed since a version: each version has its line of the trail, see ``note_change``."""
    changes = count.version - version
    if changes <= 0:
        return _STALE
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "stocktake", AuditEntry.subject_id == count.id)
        .where(AuditEntry.action.in_(_CHANGE_WORDS))  # opening a session is no change of it
        .order_by(AuditEntry.id.desc())
        .limit(min(changes, _MOST_TOLD))
    )
    return tell(
        "你打开页面后，这次盘点又有 %(changes)s 处变化，最近的是：%(latest)s。下面是最新情况，请看过再签字",
        changes=changes,
        latest=listed((_told(entry) for entry in entries), "；"),
    )


def _told(entry: AuditEntry) -> Told:
    number = entry.after.get("number") or entry.before.get("number")
    return tell(_CHANGE_WORDS[entry.action], number=number, outcome=tell(str(entry.after.get("outcome", ""))))
