"""The decision. `federation.policy` is its only maker; the minter accepts nothing else."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass

from federation.model.json import JsonObject
from federation.model.trust import DocumentVersion
from federation.oauth.identifiers import TokenType


@dataclass(frozen=True, slots=True)
class OneTimeUse:
    """Something that may be used once: claimed by a conditional write in the commit."""

    purpose: str
    key: tuple[str, ...]
    """What identifies it, e.g. (issuer id, jti). Never token text: malleated text must hit the same record."""
    expires_at: int
    """Until when the claim must be remembered, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """`fed` in the token: which issuer, which mapping versions, which decision."""

    issuer: str
    mapping: str
    decision: str
    actor: str | None = None
    """The current actor's mapping and version; None: nobody acts."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What may be minted, exactly. Times: seconds since the epoch."""

    principal: str
    client_id: str
    """The registered client, or the principal where there is none."""
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    issued_at: int
    expires_at: int
    issued_token_type: TokenType
    transaction: str
    """`txn`: the correlation id that a whole chain shares."""
    provenance: Provenance
    context: ReadOnly[str, str]
    """`ctx`: the mapping's attributes."""
    documents: tuple[DocumentVersion, ...]
    """Every document the decision rests on; the commit checks that they are still current."""
    tenant: str | None = None
    environment: str | None = None
    one_time: tuple[OneTimeUse, ...] = ()
    policies: tuple[str, ...] = ()
    """Ids of the policies that determined the decision."""
    act: JsonObject | None = None
    """Who acts for the principal (RFC 8693 section 4.1)."""

    @property
    def lifetime(self) -> int:
        """Seconds."""
        return self.expires_at - self.issued_at
