"""Whole numbers that a browser sends."""

from typing import Final

DIGITS: Final = 15
"""At most: `int` refuses some thousands of them with ValueError, and JSON numbers are exact below 2**53."""


def whole(text: str) -> int | None:
    """The number; None: it is none, or has more than DIGITS digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
