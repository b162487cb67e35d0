"""What one method has proven about a caller."""

from msgspec import Struct

from federation.model.one_time import OneTimeUse
from federation.model.tokens import Vouched
from federation.model.trust import DocumentVersion
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason


class Proof(Struct, frozen=True):
    """That the caller is the client. The methods' refusals are InvalidRequest; callers.py tells all of them alike."""

    one_time: tuple[OneTimeUse, ...] = ()
    expires_at: int | None = None
    """When its certificate ends, seconds since the epoch."""
    documents: tuple[DocumentVersion, ...] = ()
    """What it rests on besides the client's own document."""
    vouched: Vouched | None = None
    """By the issuer of a trust domain, not by keys of the client's own."""


def not_proven(detail: str) -> InvalidRequest:
    """Refuses before any signature was verified. `detail` is for the audit record."""
    return InvalidRequest(Reason.CLIENT_AUTHENTICATION_FAILED, detail)
