"""The gallery app and a checked client of Zhou Min, who reviews for a lead unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.checked_client import CheckedClient, checked_client
from tests.web.gallery import gallery_app


@pytest.fixture
def app() -> Flask:
    return gallery_app(WTF_CSRF_ENABLED=False)


@pytest.fixture
def strict_app() -> Flask:
    """Build the app as it runs in the office: tokens wanted, faults answered with a page."""
    return gallery_app(PROPAGATE_EXCEPTIONS=False, TRUSTED_HOSTS=["localhost", "tracker.example.gov.cn"])


@pytest.fixture
def browse() -> Callable[[Flask], CheckedClient]:
    def browser(app: Flask) -> CheckedClient:
        client = checked_client(app)
        client.environ_base["HTTP_X_WHO"] = "zhou"
        return client

    return browser


@pytest.fixture
def zhou(app: Flask, browse: Callable[[Flask], CheckedClient]) -> CheckedClient:
    return browse(app)


@pytest.fixture
def stranger(app: Flask) -> CheckedClient:
    return checked_client(app)
