"""What finance does to a fund: open it from a budget paper, issue quotas, adjust them by further papers."""

from tracker.funds.operations.opening import add_category, open_fund, set_route
from tracker.funds.operations.recording import record_paper
from tracker.funds.papers import (
    BUDGET,
    RESERVE,
    CategoryFacts,
    FundFacts,
    LimitChange,
    LimitMove,
    PaperChanges,
    PaperFacts,
    Place,
    Transfer,
)

__all__ = [
    "BUDGET",
    "RESERVE",
    "CategoryFacts",
    "FundFacts",
    "LimitChange",
    "LimitMove",
    "PaperChanges",
    "PaperFacts",
    "Place",
    "Transfer",
    "add_category",
    "open_fund",
    "record_paper",
    "set_route",
]
