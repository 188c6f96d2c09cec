"""QR codes of addresses, drawn as one path: for pages and for labels alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import segno
from markupsafe import Markup

_INK = "#15212f"


def qr(address: str, label: str) -> Markup:
    """Draw an address as a QR code without a border; ``label`` says what it leads to."""
    side, path = _drawn(address)
    return Markup(
        '<svg role="img" aria-label="{label}" viewBox="0 0 {side} {side}" xmlns="http://www.w3.org/2000/svg">'
        '<path d="{path}" fill="{ink}" shape-rendering="crispEdges"/></svg>'
    ).format(label=label, side=side, path=path, ink=_INK)


@lru_cache(maxsize=1024)
def _drawn(address: str) -> tuple[int, str]:
    """Return the side of an address's code and the path of its dark cells; choosing the mask takes some 8 ms."""
    matrix = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    return len(matrix), "".join(_runs(matrix))


def _runs(matrix: list[list[int]]) -> Iterator[str]:
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, cells in groupby(row, key=bool):
            length = len(list(cells))
            if is_dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length
