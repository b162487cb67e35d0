"""The name that was probably meant: the one place that compares what was written with what there is."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

ALIKE = 0.6
"""How alike two names are that may have been confused, from 0 to 1."""


def close_names(written: str, known: Iterable[str], most: int = 1) -> list[str]:
    """At most so many, the most alike first."""
    return get_close_matches(written, list(known), n=most, cutoff=ALIKE)


def nearest(written: str, known: Sequence[str]) -> str | None:
    """The only other name that begins so, or else the one that is most like it; None: none is."""
    others = [name for name in known if name != written]
    longer = [name for name in others if name.startswith(written)]
    close = longer if len(longer) == 1 else close_names(written, others)
    return close[0] if close else None


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """A hint; empty where no name is like it."""
    close = close_names(written, known)
    return f"did you mean {close[0]}?" if close else ""
