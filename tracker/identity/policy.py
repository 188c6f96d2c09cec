"""Accounts, people and units are the administrator's."""

from __future__ import annotations

from tracker.kernel.actors import SYSTEM, Actor, SeatKind
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.text import tell


def is_administrator(by: Actor) -> bool:
    """Tell whether the actor keeps accounts: the administrator, or whoever works at the server's command line."""
    return by is SYSTEM or by.holds(SeatKind.ADMINISTRATOR)


def require_administrator(by: Actor) -> None:
    """Raise Forbidden unless the actor keeps accounts."""
    if not is_administrator(by):
        raise Forbidden("人员、单位和账号由系统管理员管理，你没有这个席位；需要变更时请联系系统管理员")


def require_another(by: Actor, person_id: int, what: str) -> None:
    """Raise Refused when the administrator would do this to the own account."""
    if by.person_id == person_id:
        raise Refused(tell("不能%(what)s自己的账号，请由另一位系统管理员办理", what=what))
