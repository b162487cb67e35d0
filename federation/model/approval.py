"""Just-in-time approvals: a policy asks, a person answers, the next exchange of the same request may go on."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from federation.model.json import JsonObject

CHANGES_A_SECOND = 1000
"""More than one item of a store takes."""


class ApprovalState(StrEnum):
    """What became of it."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


class ApprovalRequest(Struct, frozen=True):
    """What a person is asked to approve: exactly this, by exactly these. The same request has the same id."""

    id: str
    """SHA-256 (hex) over everything below but `purposes`' wording order; see `federation.policy.approvals`."""
    principal: str
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    """What the policies say is to be approved."""
    actors: tuple[str, ...] = ()
    """Who acts, the current actor first: none of them, nor the principal, may decide."""
    tenant: str | None = None
    client_id: str | None = None
    through: tuple[str, ...] = ()
    """To whom the tokens behind the request were issued, clients or principals without one: nor may they."""
    authorization_details: tuple[JsonObject, ...] = ()
    issuer: str = ""
    """Id of the Issuer document that vouches for the principal."""
    subjects: tuple[str, ...] = ()
    """Of issuers, who stand behind the principal, the actors and the tokens, as their revocations are named."""


class StoredApproval(Struct, frozen=True):
    """An approval as it stands. Times: whole seconds since the epoch."""

    request: ApprovalRequest
    state: ApprovalState
    requested_at: int
    expires_at: int
    """Pending: until when it can be decided. Approved: until when it can be used, to the second. Denied: until when."""
    version: int = 1
    """Grows by one with each change, and is never used again: what was used of one approval is not of the next."""
    decided_by: str | None = None
    decided_at: int | None = None
    reason: str = ""
    uses: int = 0
    """How many tokens it is good for."""


class ApprovalPage(NamedTuple):
    """Of all that have not expired, nearly the newest first."""

    items: tuple[StoredApproval, ...]
    """Few, or none, although there may be more."""
    after: str | None
    """Where the next page begins; None: this is the last."""


MOST_OF_PRINCIPAL = 20
MOST_OF_ISSUER = 200
"""Requests that wait at once."""


class WaitingList(NamedTuple):
    """Requests of one principal, or of all whom an issuer vouches for."""

    what: str
    name: tuple[str, ...]
    most: int


def waiting_lists(request: ApprovalRequest) -> Iterator[WaitingList]:
    """Those in which the request counts: a flood of requests hides no other person's."""
    tenant = () if request.tenant is None else (request.tenant,)
    yield WaitingList("principal", (request.issuer, request.principal, *tenant), MOST_OF_PRINCIPAL)
    yield WaitingList("issuer", (request.issuer,), MOST_OF_ISSUER)


def first_version(requested_at: int, before: StoredApproval | None) -> int:
    """Of what is asked for anew, after `before` where the store still has it.

    It follows the time, so that it stays ahead of every version that the store has forgotten since.
    """
    return max(requested_at * CHANGES_A_SECOND, before.version + 1 if before else 0)
