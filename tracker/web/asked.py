"""Read what an address asks for: a number, a choice, a text, a day; never trusted, never a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from flask import request

from tracker.kernel.text import one_line
from tracker.web.forms import parse_day

_NUMBER = re.compile(r"-?[0-9]{1,18}")


def asked_number(name: str, default: int | None = None, *, least: int = 0, most: int = 2**53) -> int | None:
    """Return the whole number asked for, or the default when there is none within the bounds."""
    raw = request.args.get(name, "").strip()
    if not _NUMBER.fullmatch(raw):
        return default
    return int(raw) if least <= int(raw) <= most else default


def asked_choice(name: str, allowed: Iterable[str], default: str = "") -> str:
    """Return the word asked for if it is allowed, else the default."""
    raw = request.args.get(name, "")
    return raw if raw in set(allowed) else default


def asked_text(name: str, *, most: int = 100) -> str:
    """Return the text asked for on one line, cut at ``most`` characters."""
    return one_line(request.args.get(name, "")[: most * 4])[:most]


def asked_day(name: str, default: date | None = None) -> date | None:
    """Return the day asked for, or the default when it is none."""
    try:
        return parse_day(request.args.get(name, ""))
    except ValueError:
        return default
