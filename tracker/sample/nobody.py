"""Identity numbers of nobody, for the sample's people and guests."""

from __future__ import annotations

from tracker.kernel.documents import check_sign

_REGION = "329901"
"""A district code that GB/T 2260 gives to nobody."""


def id_number(seed: int) -> str:
    """Make an ID number of nobody, with its check sign (GB 11643-1999): the same of the same seed."""
    plain = f"{_REGION}{1975 + seed % 20}{1 + seed % 12:02d}{1 + seed % 28:02d}{seed % 1000:03d}"
    return plain + check_sign(plain)
