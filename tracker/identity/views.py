"""Sign in and out, one's own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("identity", __name__)
