"""Where in the archive a token's record is, and the proof that it is there."""

from msgspec import Struct

from federation.audit.proof import make_proof
from federation.audit.segment_reading import BrokenChain, ReadSegment, read_segment
from federation.model.json import JsonObject
from federation.oauth.errors import ServerError
from federation.oauth.reasons import Reason
from federation.ports import ArchiveIndex, Segments

EARLY = 60
"""Seconds by which two clocks of ours may differ."""
LATE = 25 * 60 * 60
"""Seconds after which nothing is archived any more: the table's stream keeps what happened for a day."""


class ArchiveProofs(Struct, frozen=True):
    """Reads alone: a segment for every halving of the archive, then on from there."""

    segments: Segments
    index: ArchiveIndex

    def of(self, jti: str, issued_at: int) -> JsonObject | None:
        """The proof for the token that was issued then; None: it is not archived yet. Raises ServerError."""
        newest = self.index.head().number
        for number in range(self._first(newest, issued_at - EARLY), newest + 1):
            content = self.segments.get(number) or b""
            if self._read(number, content).head.signed_at > issued_at + LATE:
                return None
            proof = make_proof(number, content, jti)
            if proof is not None:
                return proof
        return None

    def _first(self, newest: int, at: int) -> int:
        """The first segment that was signed then or later; one behind the newest if there is none."""
        low, high = 1, newest + 1
        while low < high:
            middle = (low + high) // 2
            if self._read(middle, self.segments.get(middle) or b"").head.signed_at < at:
                low = middle + 1
            else:
                high = middle
        return low

    def _read(self, number: int, content: bytes) -> ReadSegment:
        try:
            return read_segment(number, content)
        except BrokenChain as error:
            raise ServerError(Reason.INTERNAL_ERROR, f"the archive is broken: {error}") from error
