"""Text that somebody else wrote, made fit to be shown: short, inert, and never a token."""

import re

from federation.cli.console import printable

MOST = 120
"""Characters."""
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{5,}[A-Za-z0-9_.~-]*")
"""How every JWT begins: the base64url of `{"`."""


def shown(value: object) -> str:
    """The beginning of `value` as text. Whoever is asked could answer with a token that they were shown."""
    text = value if isinstance(value, str) else repr(value)
    inert = _TOKEN.sub("(a token)", printable(text))
    return inert if len(inert) <= MOST else f"{inert[:MOST]}..."
