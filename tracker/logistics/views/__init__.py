"""The pages of logistics."""

from tracker.logistics.views import secondments_halves, secondments_keeping, secondments_sheet
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import secondments

__all__ = ["blueprint", "secondments", "secondments_halves", "secondments_keeping", "secondments_sheet"]
