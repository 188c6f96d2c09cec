"""The pages of claims: filing, the gate, payments and papers."""

from tracker.claims.views import filing, gate, listing, papers, payees, payments, review, uploads
from tracker.claims.views.blueprint import blueprint

__all__ = ["blueprint", "filing", "gate", "listing", "papers", "payees", "payments", "review", "uploads"]
