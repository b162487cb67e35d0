"""Who is asked beyond AWS's own services of ours: issuers, and AWS as a witness."""

from dataclasses import dataclass, field
from typing import Protocol


class FetchFailed(Exception):
    """An issuer's document could not be fetched within the limits."""


class Fetcher(Protocol):
    """Outbound reads of issuers' public documents, within limits of size, time, address and redirects."""

    def fetch(self, url: str) -> bytes:
        """The body of a 200 answer; raises FetchFailed."""
        ...


@dataclass(frozen=True, slots=True)
class CallerIdentityRequest:
    """A signed sts:GetCallerIdentity POST to the path `/`, written by us from fields that were read strictly."""

    endpoint: str
    """URL of a trusted regional endpoint, without a path."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """All that are signed but Host and Content-Length, which follow from the rest, and Authorization."""
    body: bytes


@dataclass(frozen=True, slots=True)
class CallerIdentityAnswer:
    """Whatever the endpoint answered, not yet believed."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class CallerIdentities(Protocol):
    """AWS, as the one who knows who signed a request."""

    def ask(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        """The answer of whatever status, no redirect followed; raises FetchFailed within limits as a Fetcher's."""
        ...
