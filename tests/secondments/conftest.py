"""The office with a home unit's seat and people to second."""

from __future__ import annotations

import pytest

from tests.office import Office
from tests.secondments.seconded import with_home_unit


@pytest.fixture
def district(office: Office) -> Office:
    """On each engine."""
    return with_home_unit(office)


@pytest.fixture
def small_district(small_office: Office) -> Office:
    """On SQLite alone."""
    return with_home_unit(small_office)
