"""Likeness of photos: a 256-bit hash in nine bands, so that what differs in at most eight bits shares a band whole."""

from __future__ import annotations

from typing import Final

MOST_BITS: Final = 8
"""Up to so many differing bits are the same picture saved or scaled again (``rendering.likeness``)."""

_BANDS: Final = MOST_BITS + 1
_BITS: Final = 256
_LEAST_SET: Final = 24
"""A picture with less drawn on it (a blank page) is like every other; it is not compared."""


def bands(likeness: str) -> tuple[int, ...]:
    """Cut a likeness (64 hex digits) into nine numbers; empty for none and for an empty page.

    Each band takes every ninth bit: neighbours on the picture are spread, and a white margin fills no band.
    """
    bits = int(likeness or "0", 16)
    if not _LEAST_SET <= bits.bit_count() <= _BITS - _LEAST_SET:
        return ()
    return tuple(
        sum((bits >> place & 1) << shift for shift, place in enumerate(range(band, _BITS, _BANDS)))
        for band in range(_BANDS)
    )


def differing_bits(one: str, other: str) -> int:
    """Count the bits in which two likenesses differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def is_alike(one: str, other: str) -> bool:
    """Tell whether two photos are one picture."""
    return bool(one and other and bands(one) and bands(other)) and differing_bits(one, other) <= MOST_BITS
