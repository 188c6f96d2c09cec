"""The pages of logistics."""

from tracker.logistics.views.blueprint import blueprint

__all__ = ["blueprint"]
