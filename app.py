"""The door for gunicorn: ``gunicorn app:app``."""

from __future__ import annotations

from tracker.application import create_app

app = create_app()
