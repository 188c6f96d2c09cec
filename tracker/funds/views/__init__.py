"""The pages of funds: the list, a fund, its papers and their scans."""

from tracker.funds.views import fund, paper  # noqa: F401  they hang their views on the blueprint
from tracker.funds.views.blueprint import blueprint

__all__ = ["blueprint"]
