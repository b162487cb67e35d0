"""Security events that issuers send (RFC 8417), by the short names that Issuer documents use.

CAEP 1.0 section 3, RISC 1.0 section 2, Shared Signals Framework 1.0 sections 8.1.4 and 8.1.5.
"""

from enum import StrEnum
from typing import Self

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.trust import Issuer

_SCHEMAS = "https://schemas.openid.net/secevent"


class EventType(StrEnum):
    """What happened to a subject; the value is the short name."""

    uri: str

    def __new__(cls, name: str, profile: str) -> Self:
        """`profile`: caep or risc."""
        event = str.__new__(cls, name)
        event._value_ = name
        event.uri = f"{_SCHEMAS}/{profile}/event-type/{name}"
        return event

    SESSION_REVOKED = "session-revoked", "caep"
    CREDENTIAL_CHANGE = "credential-change", "caep"
    ASSURANCE_LEVEL_CHANGE = "assurance-level-change", "caep"
    DEVICE_COMPLIANCE_CHANGE = "device-compliance-change", "caep"
    ACCOUNT_DISABLED = "account-disabled", "risc"
    ACCOUNT_PURGED = "account-purged", "risc"
    CREDENTIAL_COMPROMISE = "credential-compromise", "risc"


VERIFICATION = f"{_SCHEMAS}/ssf/event-type/verification"
STREAM_UPDATED = f"{_SCHEMAS}/ssf/event-type/stream-updated"
OF_STREAMS = frozenset({VERIFICATION, STREAM_UPDATED})
"""About the stream itself: no document needs to list them, and they change nothing."""
BY_URI = {event.uri: event for event in EventType}


class SecurityEvent(Struct, frozen=True):
    """What a verified SET says. Times: seconds since the epoch."""

    issuer: Issuer
    """Whose key signed it, and about whose subjects it may speak."""
    uri: str
    jti: str
    issued_at: int
    digest: str
    """SHA-256 (hex) of the claims."""
    key_id: str | None
    payload: JsonObject
    """Of the event."""
    type: EventType | None = None
    """None: it is about the stream."""
    subject: str | None = None
    """`sub` of one of the issuer's subjects; None where `type` is."""
