"""What finance types: a new fund, a budget paper of each kind, a further purpose, the route."""

from tracker.funds.forms.fund import CategoryForm, FundForm, RouteForm
from tracker.funds.forms.paper import (
    ADDING_ROWS,
    AmountsForm,
    LimitsForm,
    MovesForm,
    PaperForm,
)

__all__ = [
    "ADDING_ROWS",
    "AmountsForm",
    "CategoryForm",
    "FundForm",
    "LimitsForm",
    "MovesForm",
    "PaperForm",
    "RouteForm",
]
