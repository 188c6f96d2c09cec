"""The budget board and its sheet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, make_response, request, url_for

from tracker.funds.quotas import funds_seen
from tracker.kernel.actors import BUSINESS_SEATS, SeatKind
from tracker.kernel.clock import now
from tracker.overview.board import Board, Row, board_of
from tracker.overview.sheets import board_sheet
from tracker.overview.views.blueprint import blueprint
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import reader
from tracker.web.pages import page

READERS = (*sorted(BUSINESS_SEATS), SeatKind.AUDITOR)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Desk:
    """How the board is laid out: what counts as used, which rows are unfolded; and the addresses that change it."""

    board: Board
    basis: str
    unfolded: frozenset[str]

    def is_open(self, row: Row) -> bool:
        """Tell whether the row shows its categories."""
        return row.key in self.unfolded

    def href(self, *, basis: str | None = None, unfolded: Collection[str] | None = None) -> str:
        """Address the board with another layout."""
        shown = self.unfolded if unfolded is None else unfolded
        return url_for(
            "overview.board",
            fund=self.board.fund.id,
            basis=(basis or self.basis) if (basis or self.basis) != "all" else None,
            open=".".join(sorted(shown)) or "none",
        )

    def toggled(self, row: Row) -> str:
        """Address the board with the row folded if it is open, unfolded if not."""
        return f"{self.href(unfolded=self.unfolded ^ {row.key})}#{row.key}"

    def everything(self) -> str:
        """Address the board with every row unfolded, or folded when all are open."""
        return self.href(unfolded=() if self.is_all_open else self._keys)

    @property
    def is_all_open(self) -> bool:
        """Tell whether every row is unfolded."""
        return self._keys <= self.unfolded

    @property
    def _keys(self) -> frozenset[str]:
        return frozenset(row.key for row in (*self.board.teams, self.board.total) if row.parts)

    def claims(self, row: Row, state: str = "") -> str:
        """Address the claims behind a row's figure; ``open`` are those that hold money."""
        narrowed = {
            "scope": "all",
            "fund": self.board.fund.id,
            "team": row.team_id,
            "category": row.category_id,
            "state": state,
        }
        return "/claims?" + urlencode({name: value for name, value in narrowed.items() if value})

    def account(self, row: Row) -> str:
        """Address the page that explains a row's available figure."""
        if row.cell_id is None:
            return url_for("funds.show", fund_id=self.board.fund.id)
        return url_for("overview.account", fund_id=self.board.fund.id, cell_id=row.cell_id)


@blueprint.get("/budget")
@seated(*READERS)
def board() -> Response:
    """Show where a fund's money stands."""
    actor = current_actor()
    shown = board_of(reader(), actor, fund_id=asked_number("fund", least=1), at=now())
    desk = Desk(shown, asked_choice("basis", ("all", "spent"), "all"), _unfolded(shown))
    return page("overview/board.html", board=shown, desk=desk, funds=[q.fund for q in funds_seen(reader(), actor)])


@blueprint.get("/budget.xlsx")
@seated(*READERS)
def board_xlsx() -> Response:
    """Hand out the board as a sheet."""
    shown = board_of(reader(), current_actor(), fund_id=asked_number("fund", least=1), at=now())
    answer = make_response(board_sheet(shown))
    answer.headers["Content-Type"] = XLSX
    answer.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"budget-{shown.fund.year}-{shown.pace.day:%Y%m%d}.xlsx",
    )
    return answer


def _unfolded(shown: Board) -> frozenset[str]:
    """Read which rows to unfold; without a wish the first team."""
    if "open" not in request.args:
        return frozenset(row.key for row in shown.teams[:1])
    return frozenset(asked_text("open", most=2000).split("."))
