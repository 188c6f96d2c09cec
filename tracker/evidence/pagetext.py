"""Characters with their places on a page: the common ground of PDF and OFD text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character; edges and size in page units from the page's top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float

    @property
    def middle(self) -> float:
        """The height of the character's middle line."""
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class PageText:
    """The upright characters of one page, counted from 0, and the page's size in the same units."""

    page: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
