"""支出经济分类: the codes a permitted purpose may carry, read from ``data/econ_classification.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).parent / "data" / "econ_classification.csv"

FUNCTION_CODE = "2011308"
"""招商引资, the function code these funds usually carry (支出功能分类)."""


@cache
def economic_codes() -> Mapping[str, str]:
    """Return the names of the codes, in the order of the classification: ``{"30211": "差旅费", …}``."""
    with _SOURCE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}
