"""The overview blueprint; the page modules hang their views on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("overview", __name__)
