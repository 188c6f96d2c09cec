"""Keep units and teams: add, change, close. Nothing that was ever used is deleted."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.audit.queries import what_changed
from tracker.identity.models import Unit
from tracker.identity.policy import require_administrator
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import one_line, tell
from tracker.storage.statements import take_turn
from tracker.teams.models import Seat, Team

P = TypeVar("P", Unit, Team)
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_BASE = 31


@dataclass(frozen=True)
class UnitFacts:
    """What the administrator writes about a unit; ``credit_code`` is its 统一社会信用代码 or empty."""

    name: str
    short_name: str
    credit_code: str = ""

    def tidy(self) -> UnitFacts:
        """Return the facts in one spelling."""
        return UnitFacts(one_line(self.name), one_line(self.short_name), one_line(self.credit_code).upper())


@dataclass(frozen=True)
class TeamFacts:
    """What the administrator writes about a team."""

    name: str
    short_name: str
    lead_unit_id: int | None

    def tidy(self) -> TeamFacts:
        """Return the facts in one spelling."""
        return TeamFacts(one_line(self.name), one_line(self.short_name), self.lead_unit_id)


def add_unit(session: Session, facts: UnitFacts, *, by: Actor, at: datetime, command_id: str) -> Unit:
    """Add a unit. The same command a second time returns the unit it added. Raises Refused naming the field."""
    require_administrator(by)
    take_turn(session, command_id)
    done = session.scalar(select(Unit).where(Unit.command_id == command_id))
    if done is not None:
        return done
    facts = facts.tidy()
    _check_unit(session, facts)
    unit = Unit(**asdict(facts), command_id=command_id)
    session.add(unit)
    session.flush()
    _record(session, "unit.add", unit, by=by, at=at, after=asdict(facts))
    return unit


def change_unit(session: Session, unit_id: int, facts: UnitFacts, *, by: Actor, at: datetime, version: int) -> Unit:
    """Change a unit's names or code. Raises Stale when somebody changed it since the page was drawn."""
    require_administrator(by)
    unit = _locked(session, Unit, unit_id)
    facts = facts.tidy()
    before = {key: getattr(unit, key) for key in asdict(facts)}
    if asdict(facts) == before:
        return unit
    _require_open(session, unit, version)
    _check_unit(session, facts, unit)
    return _change(session, "unit.change", unit, asdict(facts), by=by, at=at, before=before, after=asdict(facts))


def close_unit(session: Session, unit_id: int, *, by: Actor, at: datetime, version: int) -> Unit:
    """Close a unit that leads no open team and in which nobody holds a seat."""
    require_administrator(by)
    unit = _locked(session, Unit, unit_id)
    if unit.closed_at is not None:
        return unit
    _require_open(session, unit, version)
    leads = select(Team.name).where(Team.lead_unit_id == unit.id, Team.closed_at.is_(None))
    if teams := session.scalars(leads.order_by(Team.id)).all():
        raise Refused(
            tell(
                "%(unit)s还牵头%(teams)s，请先给这些组团换牵头单位或撤销组团",
                unit=unit.short_name,
                teams="、".join(teams),
            )
        )
    _refuse_while_seated(session, Seat.unit_id == unit.id, unit.short_name, at)
    return _change(session, "unit.close", unit, {"closed_at": at}, by=by, at=at, after={"closed_at": at})


def add_team(session: Session, facts: TeamFacts, *, by: Actor, at: datetime, command_id: str) -> Team:
    """Add a team under its lead unit. The same command a second time returns the team it added."""
    require_administrator(by)
    take_turn(session, command_id)
    done = session.scalar(select(Team).where(Team.command_id == command_id))
    if done is not None:
        return done
    facts = facts.tidy()
    _check_team(session, facts)
    team = Team(**asdict(facts), command_id=command_id)
    session.add(team)
    session.flush()
    _record(session, "team.add", team, by=by, at=at, after=_team_told(session, team))
    return team


def change_team(session: Session, team_id: int, facts: TeamFacts, *, by: Actor, at: datetime, version: int) -> Team:
    """Change a team's names or its lead unit.

    Raises Stale when somebody changed it since the page was drawn; Refused when somebody of the team holds a seat
    in the new lead unit.
    """
    require_administrator(by)
    team = _locked(session, Team, team_id)
    facts = facts.tidy()
    if asdict(facts) == {key: getattr(team, key) for key in asdict(facts)}:
        return team
    _require_open(session, team, version)
    _check_team(session, facts, team)
    if facts.lead_unit_id != team.lead_unit_id:
        _refuse_common_people(session, team, facts.lead_unit_id, at)
    before = _team_told(session, team)
    for key, value in asdict(facts).items():
        setattr(team, key, value)
    after = _team_told(session, team)
    return _change(session, "team.change", team, {}, by=by, at=at, before=before, after=after)


def close_team(session: Session, team_id: int, *, by: Actor, at: datetime, version: int) -> Team:
    """Close a team in which nobody holds a seat any more."""
    require_administrator(by)
    team = _locked(session, Team, team_id)
    if team.closed_at is not None:
        return team
    _require_open(session, team, version)
    _refuse_while_seated(session, Seat.team_id == team.id, team.short_name, at)
    return _change(session, "team.close", team, {"closed_at": at}, by=by, at=at, after={"closed_at": at})


def is_credit_code(code: str) -> bool:
    """Check a 统一社会信用代码 with its check sign (GB 32100-2015)."""
    if not _CODE.fullmatch(code):
        return False
    total = sum(_CODE_SIGNS.index(sign) * pow(3, place, _CODE_BASE) for place, sign in enumerate(code[:17]))
    return _CODE_SIGNS[-total % _CODE_BASE] == code[17]


def _check_unit(session: Session, facts: UnitFacts, unit: Unit | None = None) -> None:
    _check_names(facts.name, facts.short_name, Unit)
    if facts.credit_code and not is_credit_code(facts.credit_code):
        raise Refused("统一社会信用代码是 18 位，最后一位要对得上，请照证书核对；没有可以不填", field="credit_code")
    same = session.scalar(select(Unit).where(Unit.name == facts.name))
    if same is not None and same is not unit:
        raise Refused(tell("已经有%(name)s，请换一个名称", name=facts.name), field="name")


def _check_team(session: Session, facts: TeamFacts, team: Team | None = None) -> None:
    _check_names(facts.name, facts.short_name, Team)
    same = session.scalar(select(Team).where(Team.name == facts.name))
    if same is not None and same is not team:
        raise Refused(tell("已经有%(name)s，请换一个名称", name=facts.name), field="name")
    lead = session.get(Unit, facts.lead_unit_id) if facts.lead_unit_id is not None else None
    if lead is None or lead.closed_at is not None:
        raise Refused("请从列表中选择牵头单位", field="lead_unit_id")


def _check_names(name: str, short_name: str, model: Any) -> None:
    for value, column, label in ((name, "name", "名称"), (short_name, "short_name", "简称")):
        most = getattr(model, column).type.length
        if not value or len(value) > most:
            raise Refused(tell("请填写%(label)s，最多 %(most)s 字", label=label, most=most), field=column)


def _refuse_while_seated(session: Session, where: Any, name: str, at: datetime) -> None:
    running = or_(Seat.held_until.is_(None), Seat.held_until > day_of(at))
    if count := session.scalar(select(func.count()).select_from(Seat).where(where, running)):
        raise Refused(tell("%(name)s还有 %(count)s 个席位没有到期，请先结束这些席位的任期", name=name, count=count))


def _refuse_common_people(session: Session, team: Team, unit_id: int | None, at: datetime) -> None:
    running = or_(Seat.held_until.is_(None), Seat.held_until > day_of(at))
    in_team = select(Seat.person_id).where(Seat.team_id == team.id, running)
    both = select(Seat).where(Seat.unit_id == unit_id, running, Seat.person_id.in_(in_team)).limit(1)
    if (seat := session.scalar(both)) is not None:
        raise Refused(
            tell(
                "%(person)s既在%(team)s又在新的牵头单位有席位，会审到自己组团的报销单，请先结束其中一个",
                person=seat.person.name,
                team=team.short_name,
            ),
            field="lead_unit_id",
        )


def _locked(session: Session, model: type[P], row_id: int) -> P:
    found = session.get(model, row_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def _require_open(session: Session, place: Unit | Team, version: int) -> None:
    if place.version != version:
        raise Stale(what_changed(session, _subject(place)[:2], place.name))
    if place.closed_at is not None:
        raise Refused(tell("%(place)s已经撤销，不能再改", place=place.name))


def _change(
    session: Session, action: str, place: P, values: dict[str, Any], *, by: Actor, at: datetime, **told: Any
) -> P:
    for key, value in values.items():
        setattr(place, key, value)
    place.version += 1
    session.flush()
    _record(session, action, place, by=by, at=at, **told)
    return place


def _record(session: Session, action: str, place: Unit | Team, *, by: Actor, **more: Any) -> None:
    seat = SeatKind.ADMINISTRATOR if by.holds(SeatKind.ADMINISTRATOR) else ""
    record(session, action=action, subject=_subject(place), by=by, seat=seat, **more)


def _subject(place: Unit | Team) -> tuple[str, int, str]:
    return ("unit" if isinstance(place, Unit) else "team", place.id, place.name)


def _team_told(session: Session, team: Team) -> dict[str, Any]:
    lead = session.get_one(Unit, team.lead_unit_id)
    return {"name": team.name, "short_name": team.short_name, "lead_unit": lead.name}
