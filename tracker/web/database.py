"""The session a page reads with: one a request, closed with it; writes never use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, g
from sqlalchemy.orm import Session

from tracker.kernel.actors import Actor
from tracker.storage import current

Answer = TypeVar("Answer")


def reader() -> Session:
    """Return this request's reading session."""
    if "reader" not in g:
        g.reader = Session(current().engine, expire_on_commit=False)
    session: Session = g.reader
    return session


def read_again() -> Session:
    """Return a fresh reading session, for a page drawn after its own write was refused or done."""
    close_reader()
    return reader()


def read_once(ask: Callable[[Session, Actor], Answer], actor: Actor) -> Answer:
    """Ask with this request's reading session, and remember the answer as long as that session lasts.

    For what both a page and the frame around it show, such as how much waits.
    """
    known = reader().info
    if (ask, actor) not in known:
        known[ask, actor] = ask(reader(), actor)
    found: Answer = known[ask, actor]
    return found


def close_reader(_error: BaseException | None = None) -> None:
    """Close this request's reading session, if one was opened."""
    session = g.pop("reader", None)
    if session is not None:
        session.close()


def close_readers(app: Flask) -> None:
    """Close each request's reading session at its end."""
    app.teardown_appcontext(close_reader)
