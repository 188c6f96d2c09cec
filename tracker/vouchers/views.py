"""Whether a paper equals the record."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("vouchers", __name__)
