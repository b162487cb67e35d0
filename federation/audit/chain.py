"""Whether the archive is what the bridge wrote: every segment by its hashes, the newest by a key that is published.

Trust comes from the newest head alone. It covers the segment below it, which names the digest of the segment before,
and so on to the first; so the keys of old segments may be gone from the JWKS. Such a segment carries its public key:
that it fits tells where the damage is, not that there is none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from federation.audit.head import is_signed_by
from federation.audit.segment_reading import BrokenChain, Fault, ReadSegment, read_segment
from federation.model.archive import NO_SEGMENT, ArchiveHead

Jwks = Sequence[Mapping[str, Any]]


class StoredSegment(NamedTuple):
    """As it lies in the archive, under that number."""

    number: int
    content: bytes


class Verified(Struct, frozen=True):
    """An unbroken chain."""

    head: ArchiveHead
    before: str
    """Digest of the segment before the head's."""
    segments: int
    """That were looked at."""
    records: int
    altered: tuple[str, ...] = ()
    """`jti` of each record of a change of trust that was removed or written anew in the audit table."""


def verify(
    segments: Iterable[StoredSegment],
    keys: Jwks,
    *,
    start: ArchiveHead = NO_SEGMENT,
    seen: Collection[ArchiveHead] = (),
    issuer: str | None = None,
) -> Verified:
    """Every segment behind `start`, in order; raises BrokenChain at the first place that is not as it was written.

    `keys`: what the bridge publishes now. `start`: verified before, so what lies behind it must be chained to it.
    `seen`: heads that are known from elsewhere; an archive that ends before one of them has lost its end.
    """
    chain = _Chain(start, seen, issuer)
    for number, content in segments:
        chain.append(number, content)
    chain.end(keys)
    return Verified(chain.head, chain.before, chain.segments, chain.records, tuple(chain.altered))


class _Chain:
    """What was read so far."""

    def __init__(self, start: ArchiveHead, seen: Collection[ArchiveHead], issuer: str | None) -> None:
        self.head = start
        self.before = start.digest
        self.segments = 0
        self.records = 0
        self.altered: list[str] = []
        self._seen = seen
        self._issuer = issuer
        self._newest: ReadSegment | None = None

    def append(self, number: int, content: bytes) -> None:
        expected = self.head.number + 1
        if number != expected:
            raise BrokenChain(Fault(expected, None, None, f"the segment is missing; the next one is {number}"))
        read = read_segment(number, content)
        if read.previous != self.head.digest:
            raise BrokenChain(_replaced(number, self.head))
        if self._issuer not in (None, read.issuer):
            raise BrokenChain(Fault(number, 1, None, "it is about another bridge"))
        self.before, self.head, self._newest = self.head.digest, read.head, read
        self.segments += 1
        self.records += len(read.events)
        self.altered += read.altered
        self._compare()

    def end(self, keys: Jwks) -> None:
        known = max((each.number for each in self._seen), default=0)
        if self.head.number < max(known, 1):
            raise BrokenChain(Fault(self.head.number + 1, None, None, _end_missing(known)))
        if self._newest is not None and not is_signed_by(self._newest.head_text, keys):
            problem = "the newest head is not signed by a key that the bridge publishes: nothing vouches for the chain"
            raise BrokenChain(Fault(self.head.number, self._newest.lines, None, problem))

    def _compare(self) -> None:
        here = (each.digest for each in self._seen if each.number == self.head.number)
        if any(digest != self.head.digest for digest in here):
            problem = (
                "it is not the segment of that number that was seen elsewhere: history was rewritten here or before"
            )
            raise BrokenChain(Fault(self.head.number, None, None, problem))


def _replaced(number: int, before: ArchiveHead) -> Fault:
    """The one after it is whole, so it is the one before that is another."""
    if before.number == 0:
        return Fault(number, 1, None, "it is not the first segment of a chain")
    return Fault(before.number, None, None, f"it is not the segment that segment {number} was chained to")


def _end_missing(known: int) -> str:
    if not known:
        return "the archive is empty"
    return f"the archive ends before it, and segment {known} was seen elsewhere: its end is missing"
