"""What the archive of the audit trail is made of: happenings, in segments, under heads."""

from typing import Literal, TypeAlias

from msgspec import Struct

from federation.model.json import JsonObject

What: TypeAlias = Literal["recorded", "changed", "removed"]
"""What befell a record of the audit table. The bridge itself never removes one."""

EMPTY_DIGEST = "0" * 64


class Happening(Struct, frozen=True):
    """One change of one record of the audit table."""

    event: str
    """Names it, however often it is told."""
    what: What
    at: int
    """Seconds since the epoch, as the table's stream has it."""
    jti: str
    record: JsonObject
    """As it is since then; as it was, where it was removed."""


class ArchiveHead(Struct, frozen=True):
    """A segment as its successor names it: it stands for everything before, too."""

    number: int
    """From 1 without a gap; 0: there is none."""
    digest: str
    """SHA-256 of the segment's bytes, in hex."""
    kid: str = ""
    """Of the key that signed it."""
    signed_at: int = 0
    """Seconds since the epoch."""


NO_SEGMENT = ArchiveHead(0, EMPTY_DIGEST)
"""What the first segment is chained to."""
