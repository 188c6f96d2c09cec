"""The home page, the budget board and the accounts behind its figures."""

from tracker.overview.views.blueprint import blueprint  # first: the page modules hang their views on it
from tracker.overview.views import account, board  # noqa: F401, I001

__all__ = ["blueprint"]
