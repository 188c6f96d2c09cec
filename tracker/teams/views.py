"""People, units, teams and seats, kept by the administrator."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("teams", __name__)
