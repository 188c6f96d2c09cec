"""The pages of claims: filing, the gate, payments and papers."""

from tracker.claims.views import (
    alike,
    filing,
    folder,
    gate,
    listing,
    opening,
    papers,
    payees,
    payments,
    review,
    together,
    uploads,
)
from tracker.claims.views.blueprint import blueprint

__all__ = [
    "alike",
    "blueprint",
    "filing",
    "folder",
    "gate",
    "listing",
    "opening",
    "papers",
    "payees",
    "payments",
    "review",
    "together",
    "uploads",
]
