"""How often one person, or one address, may ask for what is costly or could be guessed at."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from tracker.web.access import actor_or_none


def by_address() -> str:
    """Count by the address the request comes from."""
    return request.remote_addr or "unknown"


def by_person() -> str:
    """Count by who has signed in; while nobody has, by address."""
    actor = actor_or_none()
    return f"person:{actor.person_id}" if actor is not None else f"address:{by_address()}"


limiter = Limiter(key_func=by_person)
"""Only views that carry a limit are counted."""


def keep_count(app: Flask, storage: str) -> None:
    """Count requests in a store: ``memory://`` for one process, ``redis://…`` shared by several hosts."""
    app.config["RATELIMIT_STORAGE_URI"] = storage
    limiter.init_app(app)
