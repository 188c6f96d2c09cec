"""The menu: what each seat finds where, with counts of what waits."""

from __future__ import annotations

from flask import request

from tracker.claims.folder import unused_count
from tracker.claims.queries import inbox_count
from tracker.funds.queries import latest_fund
from tracker.kernel.actors import BUSINESS_SEATS, SEAT_NAMES, UNIT_SEATS, Actor, SeatKind
from tracker.web.access import actor_or_none
from tracker.web.database import read_once, reader
from tracker.web.i18n import gettext as _
from tracker.web.menu import Frame, MenuGroup, MenuItem

_PAYS = frozenset({SeatKind.OFFICER, SeatKind.CASHIER, SeatKind.AUDITOR})
_SEES_SECONDED = UNIT_SEATS | {SeatKind.HOME_UNIT, SeatKind.MEMBER, SeatKind.AUDITOR}
_FILES = frozenset({SeatKind.MEMBER, SeatKind.AGENT})
_WAITED_ON = UNIT_SEATS | {SeatKind.LIAISON, SeatKind.OFFICER, SeatKind.CASHIER}


def frame() -> Frame:
    """Draw the frame around a signed-in person's page; the fund in view is the latest year's first."""
    actor = actor_or_none()
    if actor is None:
        return Frame()
    waiting = read_once(inbox_count, actor) if actor.holds_any(_WAITED_ON) else 0
    latest = latest_fund(reader()) if actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}) else None
    return Frame(
        groups=_groups(actor, waiting),
        scope=f"{latest.year} {_('年度')} · {latest.name}" if latest else "",
        scope_href="/funds",
        unread=waiting,
        inbox_href="/inbox",
        role=_role(actor),
        me_href="/me",
        search_href="/claims" if latest else "",
        tabs=_tabs(actor, waiting),
    )


def _walks_inbox() -> bool:
    """Tell whether the page in hand is part of the walk through what waits."""
    return request.args.get("from") == "inbox"


def _role(actor: Actor) -> str:
    held = list(dict.fromkeys(seat.kind for seat in actor.seats))
    return "、".join(_(SEAT_NAMES[kind]) for kind in held[:2]) or _("没有席位")


def _groups(actor: Actor, waiting: int) -> list[MenuGroup]:
    claims = [MenuItem(_("工作台"), "home", "/")]
    if actor.holds_any(_WAITED_ON):
        claims.append(MenuItem(_("待我处理"), "inbox", "/inbox", count=waiting, is_hot=True, current=_walks_inbox()))
    if actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}):
        claims.append(MenuItem(_("报销单"), "doc", "/claims"))
    if actor.holds_any(_FILES):
        claims.append(MenuItem(_("票夹"), "box", "/invoices", count=read_once(unused_count, actor)))
    groups = [MenuGroup(_("报销"), claims)]
    if actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}):
        money = [MenuItem(_("预算看板"), "chart", "/budget"), MenuItem(_("经费与额度"), "coin", "/funds")]
        if actor.holds_any(_PAYS):
            money.append(MenuItem(_("支付管理"), "swap", "/payments"))
        groups.append(MenuGroup(_("经费"), money))
    if support := _support(actor):
        groups.append(MenuGroup(_("保障"), support))
    if system := _system(actor):
        groups.append(MenuGroup(_("系统"), system))
    return groups


def _system(actor: Actor) -> list[MenuItem]:
    system = []
    if actor.holds_any({SeatKind.ADMINISTRATOR, SeatKind.AUDITOR} | UNIT_SEATS):
        system.append(MenuItem(_("人员与席位"), "people", "/people"))
    if actor.holds_any({SeatKind.ADMINISTRATOR, SeatKind.AUDITOR}):
        system.append(MenuItem(_("单位与组团"), "desk", "/units"))
    if actor.holds_any({SeatKind.ADMINISTRATOR, SeatKind.AUDITOR} | UNIT_SEATS):
        system.append(MenuItem(_("发票抬头"), "text", "/titles"))
    if actor.holds_any({SeatKind.AUDITOR, SeatKind.OFFICER}):
        system.append(MenuItem(_("操作记录"), "shield", "/trail"))
    return system


def _support(actor: Actor) -> list[MenuItem]:
    entries = []
    if actor.holds_any(_SEES_SECONDED):
        entries.append(MenuItem(_("专职人员"), "people", "/secondments"))
    if actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}):
        entries.append(MenuItem(_("设备与用房"), "desk", "/equipment"))
    return entries


def _tabs(actor: Actor, waiting: int) -> list[MenuItem]:
    tabs = [MenuItem(_("工作台"), "home", "/")]
    if actor.holds_any(_WAITED_ON):
        tabs.append(MenuItem(_("待办"), "inbox", "/inbox", count=waiting, is_hot=True))
    if actor.holds_any(_FILES):
        # the round button: filing is what a phone is taken out for
        tabs += [MenuItem(_("票夹"), "box", "/invoices"), MenuItem(_("填报"), "plus", "/claims/new")]
    if actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}):
        tabs.append(MenuItem(_("报销单"), "doc", "/claims"))
        if not actor.holds(SeatKind.MEMBER):  # his quota stands on the first page; what he holds, nowhere else
            tabs.append(MenuItem(_("看板"), "chart", "/budget"))
    if actor.holds_any(UNIT_SEATS | {SeatKind.HOME_UNIT}):
        tabs.append(MenuItem(_("专职"), "people", "/secondments"))
    if actor.holds_any(UNIT_SEATS | {SeatKind.MEMBER}):
        tabs.append(MenuItem(_("设备"), "desk", "/equipment"))
    if actor.holds(SeatKind.AUDITOR):
        tabs.append(MenuItem(_("记录"), "shield", "/trail"))
    if actor.holds(SeatKind.ADMINISTRATOR):
        tabs += [MenuItem(_("人员"), "people", "/people"), MenuItem(_("单位"), "desk", "/units")]
    return tabs
