"""The logistics blueprint; the page modules hang their views on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("logistics", __name__)
