"""An act done at once says so with the way back beside it: a note with a button, on the next page."""

from __future__ import annotations

from flask import flash

from tracker.web.forms import mint_command_id


def flash_with_undo(text: str, label: str, action: str, **fields: object) -> None:
    """Say what was done on the next page, with a button that posts ``fields`` to ``action`` to take it back.

    The button is a command of its own: pressed twice it has one effect.
    """
    sent = {name: str(value) for name, value in fields.items()}
    flash({"text": text, "label": label, "action": action, "fields": {"command_id": mint_command_id(), **sent}}, "ok")  # type: ignore[arg-type]  # kept in the session as JSON
