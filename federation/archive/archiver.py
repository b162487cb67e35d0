"""Writes the archive: each event exactly once, beside other writers, wherever the last one stopped.

The next segment is the first write of its number. It is then made known in the index, and only when that
is done may there be another: so before each write everything that was archived is known, from the index alone.

    read the head -> complete what another left behind it -> leave out what is archived -> write -> complete

A run that stops in between leaves a segment that the next run completes, or nothing.
"""

from collections.abc import Sequence

from msgspec import Struct

from federation.audit.head import TYP, head_claims, is_signed_by
from federation.audit.segment import MAX_SEGMENT, fitting, record_line, unsigned
from federation.audit.segment_reading import BrokenChain, ReadSegment, read_segment
from federation.minting.current_key import CurrentKey
from federation.minting.jws import assemble, signing_input
from federation.model.archive import ArchiveHead, Happening
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import ArchiveIndex, Clock, Segments, Signer

RENEWED = 24 * 60 * 60
"""Seconds after which a head is signed anew though nothing happened: an archive whose newest is older has stopped."""
ATTEMPTS = 20
"""Segments of others that may come first."""


class ArchiveReport(Struct, frozen=True):
    """What a run did."""

    head: ArchiveHead
    written: int
    """Segments."""
    records: int
    """In them."""


class Archiver(Struct, frozen=True):
    """`issuer`: our URL."""

    issuer: str
    key: CurrentKey
    signer: Signer
    segments: Segments
    index: ArchiveIndex
    clock: Clock

    def append(self, happenings: Sequence[Happening]) -> ArchiveReport:
        """All of them are archived when this returns; raises TemporarilyUnavailable or ServerError."""
        written, records, conflicts = 0, 0, 0
        while True:
            head = self.catch_up()
            waiting = self._new(happenings)
            if not waiting:
                return ArchiveReport(head, written, records)
            lines = [record_line(each) for each in waiting]
            count = fitting(lines)
            if self._write(head, lines[:count]):
                written, records = written + 1, records + count
                continue
            conflicts += 1
            if conflicts == ATTEMPTS:
                raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others write the archive at the same time")

    def renew(self) -> ArchiveReport:
        """A segment without records where the newest head is old, or signed by a key that signs no more.

        So the newest head can always be verified by a published key, and an archive that stands still shows.
        """
        head, (key, _) = self.catch_up(), self.key.get()
        if head.kid == key.kid and self.clock.now() - head.signed_at < RENEWED:
            return ArchiveReport(head, 0, 0)
        written = self._write(head, ())
        return ArchiveReport(self.catch_up(), int(written), 0)

    def catch_up(self) -> ArchiveHead:
        """The newest segment, when all that was written is known to the index."""
        head = self.index.head()
        while (content := self.segments.get(head.number + 1)) is not None:
            read = self._read(head, content)
            self.index.mark(read.events, read.head.number)
            self.index.advance(read.head)
            head = read.head
        return head

    def _new(self, happenings: Sequence[Happening]) -> list[Happening]:
        by_event = {each.event: each for each in happenings}
        known = self.index.archived(by_event.keys())
        return [each for event, each in by_event.items() if event not in known]

    def _write(self, head: ArchiveHead, lines: Sequence[bytes]) -> bool:
        key, _ = self.key.get()
        segment = unsigned(self.issuer, dict(key.jwk), head, lines)
        now = int(self.clock.now())
        claims = head_claims(self.issuer, segment, now)
        message = signing_input(key, claims, TYP)
        try:
            signed = assemble(key, message, self.signer.sign(key, message))
        except TemporarilyUnavailable:
            self.key.forget()  # it may have been revoked: the next try takes the key that signs by then
            raise
        return self.segments.put(segment.number, segment.signed(signed))

    def _read(self, head: ArchiveHead, content: bytes) -> ReadSegment:
        """Another's segment is signed by us, or the archive stops here: no stranger extends it."""
        try:
            read = read_segment(head.number + 1, content)
        except BrokenChain as error:
            raise ServerError(Reason.INTERNAL_ERROR, f"the archive is broken: {error}") from error
        if read.previous != head.digest or len(content) > MAX_SEGMENT or not self._is_ours(read.head_text):
            raise ServerError(Reason.INTERNAL_ERROR, f"segment {read.head.number} of the archive is none of ours")
        return read

    def _is_ours(self, head_text: str) -> bool:
        """By every key whose tokens may be alive; a key that was made a moment ago may not be remembered yet."""
        if self._is_signed(head_text):
            return True
        self.key.forget()
        return self._is_signed(head_text)

    def _is_signed(self, head_text: str) -> bool:
        keys = self.key.key_set()
        return keys is not None and is_signed_by(head_text, [key.jwk for key in keys.keys])
