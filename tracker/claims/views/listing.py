"""The list of claims: one's own, or all one may see, narrowed by an address that can be shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for

from tracker.claims import queries
from tracker.claims.lifecycle import FILERS_STATES, State
from tracker.claims.models import KIND_NAMES, Kind
from tracker.claims.queries import LONG_WAIT_DAYS, Row, Wanted
from tracker.claims.status import STATUS_KINDS, status_word
from tracker.claims.views.blueprint import blueprint
from tracker.funds.queries import funds
from tracker.kernel.actors import BUSINESS_SEATS, FINANCE_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import now
from tracker.teams.models import Team
from tracker.teams.queries import teams
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

SIZES = (20, 50, 100)
_FILING = frozenset({SeatKind.MEMBER, SeatKind.AGENT})
_NARROWS = ("text", "state", "kind", "team", "fund", "category")
_FILTERS = (*_NARROWS, "scope", "most")
HOLDING, LATE = "open", "late"
"""The choices of all claims that hold money, and of those that have waited too long; the budget board leads here."""
_STATES = {
    State.DRAFT: "草稿",
    State.IN_ROUTE: "牵头单位办理中",
    State.RETURNED: "退回待改",
    State.APPROVED: "待财政复核",
    State.ACCEPTED: "待支付",
    State.PART_PAID: "部分支付",
    State.PAID: "已支付",
    State.REJECTED: "不同意",
}


@dataclass(frozen=True)
class Shown:
    """A row with its words and its address."""

    claim: Row
    status: str
    status_kind: str
    kind: str
    href: str


@blueprint.get("/claims")
@seated(*BUSINESS_SEATS, SeatKind.AUDITOR)
def listing() -> Response:
    """List claims, latest first."""
    actor = current_actor()
    scope = asked_choice("scope", ("mine", "all"), "mine" if actor.holds_any(_FILING) else "all")
    wanted = _wanted(is_own=scope == "mine")
    rows = queries.listed(reader(), actor, _one_more(wanted))
    has_more = len(rows) > wanted.most
    if wanted.after is not None:
        rows, has_newer, has_older = rows[-wanted.most :], has_more, True
    else:
        rows, has_newer, has_older = rows[: wanted.most], wanted.before is not None, has_more
    return page(
        "claims/list.html",
        rows=[_shown(row, actor) for row in rows],
        wanted=wanted,
        state=_asked_state(),
        scope=scope,
        tab_items=_tabs(actor, scope),
        newer=_address(after=rows[0].id) if rows and has_newer else "",
        older=_address(before=rows[-1].id) if rows and has_older else "",
        is_narrowed=any(request.args.get(name) for name in _NARROWS),
        may_file=actor.holds_any(_FILING),
        **_choices(actor),
    )


def _asked_state() -> str:
    return asked_choice("state", (*State, HOLDING, LATE))


def _wanted(*, is_own: bool) -> Wanted:
    size = asked_number("most", SIZES[0])
    state, kind = _asked_state(), asked_choice("kind", Kind)
    return Wanted(
        text=asked_text("text"),
        fund_id=asked_number("fund"),
        team_id=asked_number("team"),
        category_id=asked_number("category"),
        state=State(state) if state and state not in (HOLDING, LATE) else None,
        holds=state in (HOLDING, LATE),
        waiting_before=now() - timedelta(days=LONG_WAIT_DAYS) if state == LATE else None,
        kind=Kind(kind) if kind else None,
        is_own=is_own,
        before=asked_number("before"),
        after=asked_number("after"),
        most=size if size in SIZES else SIZES[0],
    )


def _one_more(wanted: Wanted) -> Wanted:
    """Ask for one row more than the page shows: it tells whether there is a next page, without counting."""
    return Wanted(**{**vars(wanted), "most": wanted.most + 1})


def _shown(row: Row, actor: Actor) -> Shown:
    status = status_word(row.state, row.step, has_number=row.number is not None)
    in_own_hands = row.state in FILERS_STATES and row.filer_id == actor.person_id
    href = url_for(".edit", claim_id=row.id) if in_own_hands else f"/claims/{row.id}"
    return Shown(row, _(status), STATUS_KINDS.get(status, ""), _(KIND_NAMES[row.kind]), href)


def _tabs(actor: Actor, scope: str) -> list[dict[str, object]]:
    offered = {"mine": _("我发起的"), "all": _("全部可见")}
    if not actor.holds_any(_FILING):
        del offered["mine"]
    return [
        {"label": label, "href": url_for(".listing", scope=name), "current": scope == name}
        for name, label in offered.items()
    ]


def _choices(actor: Actor) -> dict[str, Any]:
    """List what the filters offer: teams one may see, funds, the categories of the fund in view."""
    there = funds(reader())
    fund = asked_number("fund")
    return {
        "states": [
            (HOLDING, _("在途")),
            (LATE, _("等了 %(days)s 天以上", days=LONG_WAIT_DAYS)),
            *((state, _(word)) for state, word in _STATES.items()),
        ],
        "kinds": [(kind, _(KIND_NAMES[kind])) for kind in Kind],
        "teams": [(team.id, team.name) for team in teams(reader()) if _sees(actor, team)],
        "funds": [(one.id, f"{one.year} {one.name}") for one in there],
        "categories": [
            (category.id, category.name)
            for one in there
            if one.id == (fund or there[0].id)
            for category in one.categories
        ],
        "sizes": SIZES,
    }


def _sees(actor: Actor, team: Team) -> bool:
    return (
        actor.holds_any(FINANCE_SEATS | {SeatKind.AUDITOR})
        or team.lead_unit_id in actor.units(UNIT_SEATS)
        or any(seat.team_id == team.id for seat in actor.seats)
    )


def _address(**place: int) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    kept.update(place)
    return url_for(".listing", **kept)
