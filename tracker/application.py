"""Put the product together: settings, database, web shell, blueprints, who is here, the menu."""

from __future__ import annotations

from flask import Flask, session

import tracker.audit.views
import tracker.claims.views
import tracker.funds.views
import tracker.identity.views
import tracker.overview.views
import tracker.teams.views
import tracker.vouchers.views
from tracker import schema, settings
from tracker.identity.queries import person_signed_in
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound
from tracker.overview.menu import frame
from tracker.settings import Settings
from tracker.storage import open_database, use
from tracker.storage.cipher import Cipher
from tracker.storage.files import FileStore, use_files
from tracker.teams.queries import actor
from tracker.web import access, menu, shell
from tracker.web.database import close_readers, reader

BLUEPRINTS = (
    tracker.identity.views.blueprint,
    tracker.overview.views.blueprint,
    tracker.claims.views.blueprint,
    tracker.funds.views.blueprint,
    tracker.teams.views.blueprint,
    tracker.vouchers.views.blueprint,
    tracker.audit.views.blueprint,
)


def create_app(chosen: Settings | None = None) -> Flask:
    """Make the web application. Raises RuntimeError when the database is not at the newest migration."""
    chosen = chosen or settings.load()
    database = use(open_database(chosen.database_url))
    if not schema.is_current(database):
        raise RuntimeError("the database is not up to date: run `tracker migrate` first")
    use_files(FileStore(chosen.files))
    app = shell.bare_app()
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        SESSION_COOKIE_NAME="tracker",
        TRUSTED_HOSTS=list(chosen.trusted_hosts) or None,
    )
    app.extensions["tracker.settings"] = chosen
    app.extensions["tracker.cipher"] = Cipher.from_file(chosen.cipher_key)
    shell.furnish(app)
    close_readers(app)
    access.set_actor_loader(app, _who_is_here)
    menu.set_menu(app, frame)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.require_classified(app)
    return app


def _who_is_here() -> Actor | None:
    """Find the person whose signed-in browser sends this request."""
    token = session.get("sign_in")
    if not isinstance(token, str):
        return None
    moment = now()
    person_id = person_signed_in(reader(), token, at=moment)
    if person_id is None:
        return None
    try:
        return actor(reader(), person_id, on=day_of(moment))
    except NotFound:
        return None
