"""Who is asked beyond AWS's own services of ours: issuers, and AWS as a witness."""

from typing import ClassVar, Protocol

from msgspec import Struct

from federation.value import Redacted


class FetchFailed(Exception):
    """An issuer's document could not be fetched within the limits."""


class Fetcher(Protocol):
    """Outbound reads of issuers' public documents, within limits of size, time, address and redirects."""

    def fetch(self, url: str) -> bytes:
        """The body of a 200 answer; raises FetchFailed."""
        ...


class CallerIdentityRequest(Redacted, Struct, frozen=True):
    """A signed sts:GetCallerIdentity POST to the path `/`, written by us from fields that were read strictly."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"headers"})

    endpoint: str
    """URL of a trusted regional endpoint, without a path."""
    headers: tuple[tuple[str, str], ...]
    """All that are signed but Host and Content-Length, which follow from the rest, and Authorization."""
    body: bytes


class CallerIdentityAnswer(Redacted, Struct, frozen=True):
    """Whatever the endpoint answered, not yet believed."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    content_type: str
    body: bytes


class CallerIdentities(Protocol):
    """AWS, as the one who knows who signed a request."""

    def ask(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        """The answer of whatever status, no redirect followed; raises FetchFailed within limits as a Fetcher's."""
        ...
