"""The first page after signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response

from tracker.claims import queries as claims
from tracker.claims.course import STOPS, stop_of
from tracker.claims.queries import Wanted
from tracker.claims.views.inbox import inbox_tabs, shown, waiting_rows
from tracker.kernel.actors import BUSINESS_SEATS, FINANCE_SEATS, SEAT_NAMES, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import OFFICE, day_of, now
from tracker.overview.home import accounts_of, home_of
from tracker.overview.reminders import reminders_of
from tracker.overview.sent import sent_of
from tracker.overview.views.blueprint import blueprint
from tracker.teams.queries import teams
from tracker.web.access import current_actor, signed_in
from tracker.web.asked import asked_choice
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_ROWS = 8
_DECIDING = UNIT_SEATS | FINANCE_SEATS | {SeatKind.LIAISON}
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
_GREETINGS = ((5, "夜深了"), (9, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好"), (24, "晚上好"))


@blueprint.get("/")
@signed_in
def home() -> Response:
    """Show what waits, what is under way and where the money of one's teams stands."""
    actor, at = current_actor(), now()
    words: dict[str, Any] = {"greeting": _greeting(actor, at), "today": _today(at), "sits": _("；").join(_sits(actor))}
    if not actor.holds_any(set(SeatKind) - {SeatKind.ADMINISTRATOR}):
        accounts = accounts_of(reader(), at=at) if actor.holds(SeatKind.ADMINISTRATOR) else None
        return page("overview/home_accounts.html", accounts=accounts, names=SEAT_NAMES, **words)
    if actor.holds(SeatKind.HOME_UNIT) and not actor.holds_any(BUSINESS_SEATS | {SeatKind.AUDITOR}):
        return page("overview/home_sender.html", sent=sent_of(reader(), actor, on=day_of(at)), **words)
    desk = home_of(reader(), actor, at=at)
    decides, files = actor.holds_any(_DECIDING), actor.holds_any({SeatKind.MEMBER, SeatKind.AGENT})
    reads = not decides and not files
    tab = asked_choice("tab", ("waiting", "started", "done"), "waiting" if decides else "started")
    waiting = waiting_rows(actor, most=_ROWS) if decides and tab == "waiting" else None
    rows = waiting.rows if waiting else [shown(row, actor) for row in _rows(actor, "" if reads else tab)]
    return page(
        "overview/home.html",
        home=desk,
        reminders=reminders_of(reader(), actor, on=day_of(at)),
        rows=rows,
        waiting=waiting,
        tab=tab,
        tab_items=inbox_tabs(actor, tab, "overview.home"),
        latest=[(shown(row, actor), stop_of(row.state)) for row in desk.latest],
        stops=[_(word) for word in STOPS],
        decides=decides,
        files=files,
        reads=reads,
        pays=actor.holds_any({SeatKind.OFFICER, SeatKind.CASHIER}),
        **words,
    )


def _rows(actor: Actor, tab: str) -> list[claims.Row]:
    if not tab:
        return claims.listed(reader(), actor, Wanted(most=_ROWS))
    return (claims.done if tab == "done" else claims.started)(reader(), actor, most=_ROWS)


def _greeting(actor: Actor, at: datetime) -> str:
    hour = at.astimezone(OFFICE).hour
    words = next(word for until, word in _GREETINGS if hour < until)
    return _("%(name)s，%(greeting)s", name=actor.name, greeting=_(words))


def _today(at: datetime) -> str:
    here = at.astimezone(OFFICE)
    return _(
        "%(month)s 月 %(day)s 日 星期%(weekday)s", month=here.month, day=here.day, weekday=_(_WEEKDAYS[here.weekday()])
    )


def _sits(actor: Actor) -> Iterator[str]:
    """Say in which seats the person sits, and where."""
    named = {team.id: team for team in teams(reader())}
    units = {team.lead_unit_id: team.lead_unit.short_name for team in named.values()}
    for seat in actor.seats:
        kind = _(SEAT_NAMES[seat.kind])
        if seat.team_id in named:
            yield _("你是%(team)s的%(seat)s", team=named[seat.team_id].name, seat=kind)
        elif seat.unit_id in units:
            yield _("你是%(unit)s的%(seat)s", unit=units[seat.unit_id], seat=kind)
        else:
            yield _("你的席位是%(seat)s", seat=kind)
