"""Text of a node, broken into lines that fit."""

from unicodedata import east_asian_width

from federation.pictures.graph import shown

_BREAKS = " /:,;.-_=@"
"""Behind these a line may end."""
MAX_LINES = 6
"""Of one text."""


def broken(text: str, columns: int) -> list[str]:
    """At most `columns` wide each; the last one says by an ellipsis that there is more."""
    left, lines = shown(text), list[str]()
    while left and len(lines) < MAX_LINES:
        end = _fitting(left, columns)
        if end < len(left):
            end = _break(left, end)
        lines.append(left[:end].rstrip())
        left = left[end:].lstrip()
    if left:
        lines[-1] = lines[-1][: columns - 1] + "\u2026"
    return lines


def _fitting(text: str, columns: int) -> int:
    """How many characters fit: at least one."""
    taken = 0
    for number, character in enumerate(text):
        taken += 2 if east_asian_width(character) in "WF" else 1
        if taken > columns:
            return max(number, 1)
    return len(text)


def _break(text: str, end: int) -> int:
    """Behind the last break in the second half of what fits, or in the middle of a word."""
    return next((place for place in range(end, end // 2, -1) if text[place - 1] in _BREAKS), end)
