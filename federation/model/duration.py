"""Durations as people write them in trust documents: `90s`, `5m`, `1h`, `7d`."""

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def seconds(text: str) -> int:
    """Whole seconds; raises ValueError for anything but one number with one unit."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("a duration is a whole number and a unit: 90s, 5m, 1h or 7d")
    return int(match[1]) * _UNITS[match[2]]


def seconds_or_none(text: str) -> int:
    """The same, and `0s`, which forbids what a duration would allow."""
    return 0 if text == "0s" else seconds(text)
