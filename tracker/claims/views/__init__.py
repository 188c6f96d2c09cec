"""The pages of claims: filing, the gate, payments and papers."""

from tracker.claims.views import filing, listing, payees, uploads
from tracker.claims.views.blueprint import blueprint

__all__ = ["blueprint", "filing", "listing", "payees", "uploads"]
