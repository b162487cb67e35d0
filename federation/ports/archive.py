"""The archive of the audit trail: where its segments lie, and what is known of them elsewhere."""

from collections.abc import Collection
from typing import Protocol

from federation.model.archive import ArchiveHead


class Segments(Protocol):
    """Segments by their numbers; none is ever replaced."""

    def put(self, number: int, content: bytes) -> bool:
        """False: there is one of that number, perhaps this very one, whose answer was lost."""
        ...

    def get(self, number: int) -> bytes | None:
        """None: there is none. What is longer than a segment can be is cut off there."""
        ...

    def numbers(self, after: int, limit: int) -> tuple[int, ...]:
        """Of at most `limit` segments behind `after`, in their order."""
        ...


class ArchiveIndex(Protocol):
    """What is known about the archive outside of it; every read is strongly consistent."""

    def head(self) -> ArchiveHead:
        """The newest segment of which everything is known here; NO_SEGMENT before the first."""
        ...

    def advance(self, head: ArchiveHead) -> None:
        """Move on to a later segment; an earlier one changes nothing."""
        ...

    def archived(self, events: Collection[str]) -> frozenset[str]:
        """Those of the events that were marked, at least if that was within the last two days."""
        ...

    def mark(self, events: Collection[str], number: int) -> None:
        """They are in that segment. Safe to repeat."""
        ...
