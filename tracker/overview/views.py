"""The home page and the budget board."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("overview", __name__)
