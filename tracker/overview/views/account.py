"""An account's page: the available figure explained entry by entry, back to papers and claims."""

from __future__ import annotations

from flask import Response, request

from tracker.funds.accounts import account_page, account_sums
from tracker.funds.book import cell_name
from tracker.funds.models import VERB_NAMES
from tracker.funds.policy import sees_papers
from tracker.funds.queries import cells, seen_cell
from tracker.overview.queries import claims_behind, names_of
from tracker.overview.views.blueprint import blueprint
from tracker.overview.views.board import READERS
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_number
from tracker.web.database import reader
from tracker.web.pages import page

PAGE_LINES = 50
CHECKED_ENTRIES = 20_000
"""An account with more entries is added up when asked, not with every page."""


@blueprint.get("/funds/<int:fund_id>/accounts/<int:cell_id>")
@seated(*READERS)
def account(fund_id: int, cell_id: int) -> Response:
    """Explain one account."""
    session, actor = reader(), current_actor()
    cell = seen_cell(session, fund_id, cell_id, actor)
    shown = account_page(
        session,
        cell,
        before=asked_number("before", least=1),
        after=asked_number("after"),
        most=PAGE_LINES,
    )
    return page(
        "overview/account.html",
        cell=cell,
        name=cell_name(cell),
        lines=shown.lines,
        newer=shown.newer,
        older=shown.older,
        most=PAGE_LINES,
        sums=account_sums(session, cell_id, most=None if "check" in request.args else CHECKED_ENTRIES),
        verbs=VERB_NAMES,
        behind=claims_behind(session, [(line.document_kind, line.document_id) for line in shown.lines], seen_by=actor),
        people=names_of(session, [line.by_person for line in shown.lines]),
        reads_papers=sees_papers(actor, cells(session, fund_id)),
    )
