"""The home page, the budget board and the accounts behind its figures."""

from tracker.overview.views import account, board, home  # noqa: F401  they hang their views on the blueprint
from tracker.overview.views.blueprint import blueprint

__all__ = ["blueprint"]
