"""Match lines: a value is exact, `*` is a glob that never crosses `/` or `:` (ATTACKS D1, E1-E4, E9).

There are no regular expressions, no case folding and no conversions: text meets text, a number a number.
"""

from dataclasses import dataclass

from federation.mapping.paths import lookup, parse_path
from federation.model.json import Claims, Json
from federation.model.trust import MatchValue

MAX_PATTERN = 256
STAR = "*"


@dataclass(frozen=True, slots=True)
class Miss:
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


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits; `*` stands for any characters but `/` and `:`, or none.

    Taking each piece at its first place is enough: a piece with a separator in it has only one place that leaves none
    in the gap before it, and one without leaves the rest more room the earlier it stands. So the work is one `find`
    per piece, whatever the text (ATTACKS E2).
    """
    first, *middle, last = pattern.split(STAR)
    end = len(text) - len(last)
    if end < len(first) or not text.startswith(first) or not text.endswith(last):
        return False
    position = len(first)
    for piece in middle:
        start = text.find(piece, position, end)
        if start < 0 or _crosses(text, position, start):
            return False
        position = start + len(piece)
    return not _crosses(text, position, end)


def _crosses(text: str, start: int, end: int) -> bool:
    return text.find("/", start, end) >= 0 or text.find(":", start, end) >= 0
