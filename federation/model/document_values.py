"""Values in documents: durations, texts and lists, read strictly."""

import re
from collections.abc import Sequence
from typing import cast

from federation.model.json import JsonObject
from federation.model.trust import MatchValue, RateLimit

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


def text(value: object) -> str:
    """The text; not empty."""
    if not isinstance(value, str) or not value:
        raise TypeError("expected text")
    return value


def optional_text(value: object) -> str | None:
    """The text, or None for none."""
    return None if value is None else text(value)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def texts(values: object) -> tuple[str, ...]:
    """Every text of a list."""
    return tuple(text(value) for value in sequence(values))


def sequence(values: object) -> Sequence[object]:
    """The items of a list."""
    if not isinstance(values, list | tuple):
        raise TypeError("expected a list")
    return values


def members(value: object) -> JsonObject:
    """The members of an object."""
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return cast("JsonObject", value)


def match_value(value: object) -> MatchValue:
    """What a line of a mapping is compared with."""
    if not isinstance(value, str | int | bool):
        raise TypeError("expected text, a whole number, true or false")
    return value


def whole(value: object) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def rate_limit(body: JsonObject) -> RateLimit | None:
    """The member `rate_limit` of a document; None: it says none."""
    if "rate_limit" not in body:
        return None
    limit = members(body["rate_limit"])
    return RateLimit(whole(limit["per_second"]), whole(limit["burst"]))
