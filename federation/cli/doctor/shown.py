"""Text of unknown origin, made fit to be shown: short, inert, and never a token."""

from federation.cli.console import printable
from federation.client.errors import without_tokens

MOST = 120
"""Characters."""


def shown(value: object) -> str:
    """The beginning of `value` as text. The other side could answer with a token that it was shown."""
    text = value if isinstance(value, str) else repr(value)
    inert = without_tokens(printable(text))
    return inert if len(inert) <= MOST else f"{inert[:MOST]}..."
