"""Put the product together: settings, database, web shell, blueprints, who is here, the menu."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, g, session
from werkzeug.middleware.proxy_fix import ProxyFix

import tracker.audit.views
import tracker.claims.views
import tracker.evidence.views
import tracker.funds.views
import tracker.identity.views
import tracker.logistics.views
import tracker.overview.views
import tracker.teams.views
import tracker.vouchers.views
from tracker import schema, settings
from tracker.claims.operations.recount import counting_again
from tracker.claims.papers import use_base_url
from tracker.claims.pictures import PageFolder
from tracker.evidence.worker import start_worker
from tracker.identity.profiles import profile
from tracker.identity.queries import signed_in_browser
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound
from tracker.logistics.leaving import ask_everybody
from tracker.overview.menu import frame
from tracker.settings import Settings
from tracker.storage import current, open_database, use
from tracker.storage.cipher import Cipher
from tracker.storage.files import current_files, use_files
from tracker.teams.queries import actor
from tracker.web import access, limits, menu, shell
from tracker.web.compiling import PageCache
from tracker.web.database import close_readers, reader

BLUEPRINTS = (
    tracker.identity.views.blueprint,
    tracker.overview.views.blueprint,
    tracker.claims.views.blueprint,
    tracker.evidence.views.blueprint,
    tracker.funds.views.blueprint,
    tracker.logistics.views.blueprint,
    tracker.teams.views.blueprint,
    tracker.vouchers.views.blueprint,
    tracker.audit.views.blueprint,
)


def create_app(chosen: Settings | None = None) -> Flask:
    """Make the web application; ``begin_reading`` then starts its reader, in each process that serves it.

    Raises RuntimeError when the database is not at the newest migration, ValueError for an unknown password profile.
    """
    chosen = chosen or settings.load()
    profile(chosen.password_profile)
    database = use(open_database(chosen.database_url))
    if not schema.is_current(database):
        raise RuntimeError("the database is not up to date: run `tracker migrate` first")
    use_files(chosen.open_store())
    use_base_url(chosen.base_url)
    app = shell.bare_app()
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        SESSION_COOKIE_NAME="tracker",
        TRUSTED_HOSTS=list(chosen.trusted_hosts) or None,
    )
    app.extensions["tracker.settings"] = chosen
    app.jinja_env.bytecode_cache = _compiled_pages(chosen.var / "cache")
    app.extensions["tracker.cipher"] = Cipher.from_file(chosen.cipher_key)
    shell.furnish(app)
    limits.keep_count(app, chosen.rate_limits)
    close_readers(app)
    access.set_actor_loader(app, _who_is_here)
    menu.set_menu(app, frame)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.require_classified(app)
    ask_everybody()
    if chosen.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=chosen.proxies, x_proto=chosen.proxies)  # type: ignore[method-assign]
    return app


def begin_reading(app: Flask) -> None:
    """Start this process's reader of waiting files, unless the settings leave reading to another process."""
    chosen: Settings = app.extensions["tracker.settings"]
    if chosen.readers:
        files = current_files()
        start_worker(current(), files, PageFolder(chosen.var / "pages", files).draw, counting_again)


def _compiled_pages(folder: Path) -> PageCache:
    """Keep compiled templates: compiling those of one form takes a second of work, in each process anew."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return PageCache(str(folder))


def _who_is_here() -> Actor | None:
    """Find the person whose signed-in browser sends this request."""
    token = session.get("sign_in")
    if not isinstance(token, str):
        return None
    moment = now()
    g.signed_in = signed_in_browser(reader(), token, at=moment)
    if g.signed_in is None:
        return None
    try:
        return actor(reader(), g.signed_in.person_id, on=day_of(moment))
    except NotFound:
        return None
