"""The archive of the audit trail in memory, and what is known of it elsewhere."""

from collections.abc import Collection
from itertools import islice

from federation.audit.segment import MAX_SEGMENT
from federation.model.archive import NO_SEGMENT, ArchiveHead


class FakeSegments:
    """Keeps `contents` by number."""

    def __init__(self) -> None:
        self.contents: dict[int, bytes] = {}

    def put(self, number: int, content: bytes) -> bool:
        return self.contents.setdefault(number, content) is content

    def get(self, number: int) -> bytes | None:
        content = self.contents.get(number)
        return None if content is None else content[: MAX_SEGMENT + 1]

    def numbers(self, after: int, limit: int) -> tuple[int, ...]:
        return tuple(islice((number for number in sorted(self.contents) if number > after), limit))


class FakeArchiveIndex:
    """Keeps the newest head, and `marks`: event -> the segment that has it."""

    def __init__(self) -> None:
        self.newest = NO_SEGMENT
        self.marks: dict[str, int] = {}

    def head(self) -> ArchiveHead:
        return self.newest

    def advance(self, head: ArchiveHead) -> None:
        if head.number > self.newest.number:
            self.newest = head

    def archived(self, events: Collection[str]) -> frozenset[str]:
        return frozenset(event for event in events if event in self.marks)

    def mark(self, events: Collection[str], number: int) -> None:
        self.marks |= dict.fromkeys(events, number)
