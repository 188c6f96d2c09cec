"""Numbers of a person's documents: whether a resident identity number can be right, and how any number is shown."""

from __future__ import annotations

import re

IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]")
"""What a resident identity number looks like: district, day of birth, sequence, check sign (GB 11643-1999)."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "10X98765432"
_LONG, _ENDS = 11, (3, 4)
_SHORT = 2


def check_sign(first: str) -> str:
    """Work out the 18th sign of an identity number from its first 17 digits (GB 11643-1999)."""
    return _SIGNS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % len(_SIGNS)]


def is_identity_number(number: str) -> bool:
    """Tell whether a number, in one spelling with a capital X, is a resident identity number with its check sign."""
    return IDENTITY_NUMBER.fullmatch(number) is not None and check_sign(number[:17]) == number[17]


def masked(number: str) -> str:
    """Write a number with its middle hidden, as long as it is: ``138****5678``, ``E*******8``, ``张*``.

    From 11 signs on, as many as a phone number has, three and four stay at the ends; of a shorter one the outer two.
    """
    head, tail = _ENDS if len(number) >= _LONG else (1, 1 if len(number) > _SHORT else 0)
    return number[:head] + "*" * (len(number) - head - tail) + (number[-tail:] if tail else "")
