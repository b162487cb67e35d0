"""Text that somebody else wrote, made so that a terminal only shows it (ATTACKS O8)."""

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
"""They move the cursor, set the title, or begin a command to the terminal; some in a single character."""
_INVISIBLE = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
"""They turn the order around in which a line is read, or end it."""

_GONE = dict.fromkeys((*_CONTROLS, *_INVISIBLE))
_ESCAPED = {number: f"\\u{number:04x}" for number in _GONE if number >= 0x20}  # noqa: PLR2004 (JSON escapes the others)


def printable(text: str) -> str:
    """Without all that does more than show a character."""
    return text.translate(_GONE)


def printable_json(text: str) -> str:
    """The same JSON, with such characters as escapes."""
    return text.translate(_ESCAPED)
