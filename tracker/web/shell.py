"""Furnish a Flask app with the whole web shell, in one call."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, request
from flask_wtf import CSRFProtect

from tracker.web import access, charts, display, headers, i18n, icons, menu, refusals
from tracker.web.compiling import PageEnvironment

HOME = Path(__file__).resolve().parents[2]
TEMPLATES, STATIC, TRANSLATIONS = HOME / "templates", HOME / "static", HOME / "translations"

DEFAULTS = {
    "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,  # a few files of 10 MB and the form around them
    "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,  # a claim of 300 lines
    "MAX_FORM_PARTS": 6000,
    "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as the session: forms stay open over lunch
    "WTF_I18N_ENABLED": False,  # every sentence is our own
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
}


class Site(Flask):
    """A Flask app whose templates are compiled once a language."""

    jinja_environment = PageEnvironment


def bare_app(name: str = "tracker") -> Flask:
    """Make an app that knows where the templates and the static files are."""
    return Site(name, root_path=str(HOME), template_folder=str(TEMPLATES), static_folder=str(STATIC))


def furnish(app: Flask) -> Flask:
    """Give the app tokens, headers, refusals, doors, languages, icons and charts.

    The application sets ``TRUSTED_HOSTS`` (host names it answers to; None answers to any),
    ``access.set_actor_loader`` and ``menu.set_menu``, registers its blueprints and at the end calls
    ``access.require_classified``.
    """
    for name, value in DEFAULTS.items():
        if app.config.get(name) == Flask.default_config.get(name):
            app.config[name] = value
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    headers.guard_answers(app)
    refusals.answer_refusals(app)
    access.keep_doors(app)
    app.before_request(refusals.refuse_nul_in_form)
    CSRFProtect(app)
    i18n.speak(app, translations=TRANSLATIONS)
    app.register_blueprint(display.display)
    app.jinja_env.globals.update(
        asset=asset,
        site_frame=menu.site_frame,
        actor_here=access.actor_or_none,
        type_size=display.type_size,
        icon=icons.icon,
        **charts.CHARTS,
    )
    return app


def asset(name: str) -> str:
    """Return the address of a static file, stamped with its content so that browsers may keep it for ever."""
    return f"{request.script_root}/static/{name}?v={_stamp(name)}"


@lru_cache(maxsize=32)
def _stamp(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
