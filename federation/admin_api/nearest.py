"""The name that somebody probably meant."""

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(written: str, known: Sequence[str]) -> str | None:
    """The only one that begins so, or else the one that is most like it; None: none is."""
    others = [name for name in known if name != written]
    longer = [name for name in others if name.startswith(written)]
    close = longer if len(longer) == 1 else get_close_matches(written, others, n=1)
    return close[0] if close else None
