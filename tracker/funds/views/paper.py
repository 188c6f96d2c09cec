"""Budget papers: record one of each kind, with the present figures beside every row, and hand out the scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, url_for
from sqlalchemy.orm import Session

from tracker.funds import operations, queries, quotas
from tracker.funds.book import cell_name
from tracker.funds.forms import AmountsForm, LimitsForm, MovesForm, PaperForm
from tracker.funds.forms.paper import asks_for_row
from tracker.funds.models import PAPER_NAMES, Cell, PaperKind
from tracker.funds.operations import RESERVE, PaperChanges
from tracker.funds.quotas import FundQuotas
from tracker.funds.views.blueprint import blueprint
from tracker.funds.views.fund import READERS
from tracker.funds.views.scans import download, stored_scan
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import now
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.storage import unit_of_work
from tracker.teams.models import Team
from tracker.teams.queries import teams
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_number
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import is_part_request, page, part

MOVE_ROWS = 3


@dataclass(frozen=True)
class Side:
    """What stands beside a row: a place's key, its name, its lead unit, its account if there is one yet."""

    key: str
    name: str
    lead: str
    cell: Cell | None


@blueprint.route("/funds/<int:fund_id>/papers/new/<any(issue,supplement,cut,recall):kind>", methods=["GET", "POST"])
@seated(SeatKind.OFFICER)
def new_paper(fund_id: int, kind: str) -> Response:
    """Record a paper that gives to places or takes from them: 年初下达, 追加, 追减, 收回."""
    paper_kind = PaperKind(kind)
    seen, sides = _sides(reader(), fund_id, paper_kind)
    form = AmountsForm(issuer=_last_issuer(fund_id), rows=[{"place": side.key} for side in sides])
    if form.sent_and_valid():
        try:
            return _recorded(fund_id, paper_kind, form, form.changes(paper_kind))
        except Refused as refusal:
            form.refuse(refusal)
            seen, sides = _sides(read_again(), fund_id, paper_kind)
    return page("funds/amounts.html", form=form, quotas=seen, kind=paper_kind, kinds=PAPER_NAMES, sides=_by_key(sides))


@blueprint.route("/funds/<int:fund_id>/papers/new/move", methods=["GET", "POST"])
@seated(SeatKind.OFFICER)
def new_move(fund_id: int) -> Response:
    """Record a paper that moves money between teams, or between a team's limited categories: 调剂."""
    form = MovesForm(issuer=_last_issuer(fund_id), rows=[{} for _row in range(MOVE_ROWS)])
    seen = _offer_moves(reader(), fund_id, form)
    if asks_for_row():
        form.rows.grow()
        _offer_moves(reader(), fund_id, form)
        if is_part_request():
            return part("funds/_moves.html", form=form)
    elif form.sent_and_valid():
        try:
            return _recorded(fund_id, PaperKind.MOVE, form, form.changes())
        except Refused as refusal:
            form.refuse(refusal)
            seen = _offer_moves(read_again(), fund_id, form)
    return page("funds/moves.html", form=form, quotas=seen, kind=PaperKind.MOVE, kinds=PAPER_NAMES)


@blueprint.route("/funds/<int:fund_id>/papers/new/limit", methods=["GET", "POST"])
@seated(SeatKind.OFFICER)
def new_limit(fund_id: int) -> Response:
    """Record a paper that limits categories, of one team (``?team=``) or across the fund: 分项限额."""
    team_id = asked_number("team", least=1)
    seen, cells = _limited(reader(), fund_id, team_id)
    form = LimitsForm(
        issuer=_last_issuer(fund_id), rows=[{"category": str(category.id)} for category in seen.fund.categories]
    )
    if form.sent_and_valid():
        try:
            return _recorded(fund_id, PaperKind.LIMIT, form, form.changes(team_id))
        except Refused as refusal:
            form.refuse(refusal)
            seen, cells = _limited(read_again(), fund_id, team_id)
    return page(
        "funds/limits.html",
        form=form,
        quotas=seen,
        kind=PaperKind.LIMIT,
        kinds=PAPER_NAMES,
        team_id=team_id,
        categories={str(category.id): category for category in seen.fund.categories},
        cells={str(cell.category_id): cell for cell in cells},
    )


@blueprint.get("/funds/papers/<int:paper_id>/scan")
@seated(*READERS)
def scan(paper_id: int) -> Response:
    """Hand out the scan of a paper."""
    return download(queries.scan(reader(), paper_id, seen_by=current_actor()))


def _recorded(fund_id: int, kind: PaperKind, form: PaperForm, changes: PaperChanges) -> Response:
    """Store the scan, record the paper, go to the fund. Raises Refused."""
    facts = form.facts(stored_scan(form.scan.data))
    with unit_of_work() as session:
        operations.record_paper(
            session,
            fund_id,
            kind,
            facts,
            changes,
            by=current_actor(),
            at=now(),
            command_id=form.command_id.data or "",
        )
    flash(_("已登记「%(kind)s」文件 %(number)s", kind=_(PAPER_NAMES[kind]), number=facts.number), "ok")
    return redirect(url_for(".show", fund_id=fund_id, _anchor="papers"), 303)  # type: ignore[return-value]


def _last_issuer(fund_id: int) -> str:
    papers = queries.papers(reader(), fund_id)
    return papers[-1].issuer if papers else ""


def _sides(session: Session, fund_id: int, kind: PaperKind) -> tuple[FundQuotas, list[Side]]:
    """List the places a paper of this kind may name: only teams with money can be cut, every open team be given."""
    seen = quotas.of_fund(session, fund_id, current_actor())
    cells = {quota.team.id: quota.cell for quota in seen.teams}
    gives = kind in (PaperKind.ISSUE, PaperKind.SUPPLEMENT)
    named: Sequence[Team] = teams(session) if gives else [quota.team for quota in seen.teams]
    sides = [Side(str(team.id), team.name, team.lead_unit.short_name, cells.get(team.id)) for team in named]
    if kind in (PaperKind.SUPPLEMENT, PaperKind.CUT):
        sides.append(Side(RESERVE, _("统筹预留"), _("财政局"), seen.reserve))
    return seen, sides


def _by_key(sides: Sequence[Side]) -> dict[str, Side]:
    return {side.key: side for side in sides}


def _offer_moves(session: Session, fund_id: int, form: MovesForm) -> FundQuotas:
    """Offer every team's quota and every limited category as source and target, with what is left in each."""
    seen = quotas.of_fund(session, fund_id, current_actor())
    limited = [cell for quota in seen.teams for cell in quota.categories if cell.available is not None]
    accounts = {
        cell.place: _("%(name)s，可用 %(left)s", name=cell_name(cell), left=format_yuan(cell.available))
        for cell in [*(quota.cell for quota in seen.teams), *limited]
    }
    known = {quota.team.id for quota in seen.teams}
    waiting = [team for team in teams(session) if team.id not in known]
    new = {f"{team.id}:*": _("「%(name)s」额度，尚未下达", name=team.name) for team in waiting}
    form.offer(accounts, {**accounts, **new})
    return seen


def _limited(session: Session, fund_id: int, team_id: int | None) -> tuple[FundQuotas, Sequence[Cell]]:
    """Find the accounts whose limits a paper may set. Raises NotFound for a team without a quota."""
    seen = quotas.of_fund(session, fund_id, current_actor())
    if team_id is None:
        return seen, seen.across
    quota = next((quota for quota in seen.teams if quota.team.id == team_id), None)
    if quota is None:
        raise NotFound(_("这个组团还没有额度，先下达额度再设分项限额"))
    return seen, quota.categories
