"""Globs over names with separators: `*` never crosses `/` or `:` (ATTACKS D1, E1-E2)."""

from collections.abc import Iterable

STAR = "*"


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits; `*` stands for any characters but `/` and `:`, or none.

    Taking each piece at its first place is enough: a piece with a separator in it has only one place that leaves none
    in the gap before it, and one without leaves the rest more room the earlier it stands. So the work is one `find`
    per piece, whatever the text (ATTACKS E2).
    """
    if STAR not in pattern:
        return pattern == text
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


def any_matches(patterns: Iterable[str], text: str) -> bool:
    """Whether the text fits one of them; of none: no."""
    return any(glob_matches(pattern, text) for pattern in patterns)


def _crosses(text: str, start: int, end: int) -> bool:
    return text.find("/", start, end) >= 0 or text.find(":", start, end) >= 0
