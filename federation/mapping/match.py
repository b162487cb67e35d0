"""Match lines: a value is exact, `*` is a glob that never crosses `/` or `:` (ATTACKS D1, E1-E4, E9).

There are no regular expressions, no case folding and no conversions: text meets text, a number a number.
"""

from msgspec import Struct

from federation.mapping.paths import lookup, parse_path
from federation.model.glob import STAR, glob_matches
from federation.model.json import Claims, Json
from federation.model.trust import MatchValue

MAX_PATTERN = 256
"""Characters of a glob."""
MAX_EXACT = 2048
"""Characters of an exact text: as many as a subject may have."""


class Miss(Struct, frozen=True):
    """A line that does not hold."""

    path: str
    wanted: MatchValue
    got: Json


def misses(match: tuple[tuple[str, MatchValue], ...], claims: Claims) -> tuple[Miss, ...]:
    """The lines that do not hold; none: the claims fit."""
    found = ((path, wanted, lookup(claims, parse_path(path))) for path, wanted in match)
    return tuple(Miss(path, wanted, got) for path, wanted, got in found if not value_matches(wanted, got))


def value_matches(wanted: MatchValue, got: Json) -> bool:
    """Whether a claim's value is what the line wants. Nothing matches the empty text, nor a missing claim."""
    if not isinstance(wanted, str) or not isinstance(got, str):
        # `type`, because Python holds True == 1 == 1.0
        return type(wanted) is type(got) and wanted == got
    if not got:
        return False
    return glob_matches(wanted, got) if is_glob(wanted) else wanted == got


def is_glob(value: MatchValue) -> bool:
    """Whether the value is a pattern."""
    return isinstance(value, str) and STAR in value
