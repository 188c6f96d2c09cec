"""The office with a home unit's seat and people to second, under the names pages ask for."""

from __future__ import annotations

import pytest

from tests.office import Office
from tests.secondments.seconded import with_home_unit


@pytest.fixture
def district(small_office: Office) -> Office:
    """On SQLite: pages are the same on each engine."""
    return with_home_unit(small_office)
