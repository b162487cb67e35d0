"""The decision: what a token would have, and the proof that it may be minted."""

from collections.abc import Mapping as ReadOnly
from typing import Self

from msgspec import Struct

from federation.model.binding import Binding
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.revocation import RevocationKey
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentVersion
from federation.oauth.identifiers import AT_JWT, TokenType


class Link(Struct, frozen=True):
    """One of our own tokens in the line behind a token, as `fed.chain` has it."""

    jti: str
    client_id: str
    mapping: str
    """Id of the root mapping, or of its current actor's."""
    issuer: str
    """Id of the Issuer document that vouched for that mapping's identity."""
    client_issuer: str | None = None
    """Id of the Issuer document that vouched for the client that it was issued to."""
    identity: str | None = None
    """Whom that issuer vouched for (`federation.model.identity`); None: it is not known, or a registered client."""


class NotRevoked(Struct, frozen=True):
    """What must not be revoked for a decision to hold: proof of that age, under each of these keys."""

    keys: tuple[RevocationKey, ...]
    issued_at: int
    """Of the token that falls under the keys, seconds since the epoch."""


class Provenance(Struct, frozen=True):
    """`fed` in the token: which issuer, which mapping versions, which decision."""

    issuer: str
    mapping: str
    decision: str
    """The policies that determined it, `@`, and the fingerprint of all documents that it rests on."""
    actor: str | None = None
    """The current actor's mapping and version; None: no actor."""
    actor_issuer: str | None = None
    """Id of the Issuer document that vouches for the current actor."""
    client: str | None = None
    """The registered client's document and version; None: the caller is not registered."""
    client_issuer: str | None = None
    """Id of the Issuer document by whose keys that client was authenticated; None: by its own."""
    chain: tuple[Link, ...] = ()
    """Every token of ours that this one was made from, oldest first."""
    identity: str | None = None
    """Whom `issuer` vouched for (`federation.model.identity`); None: a registered client."""
    actor_identity: str | None = None
    """Whom `actor_issuer` vouches for, likewise."""


class TokenTerms(Struct, frozen=True):
    """Everything that a token would have, and everything that it would rest on. Times: seconds since the epoch.

    `federation.policy` makes them, for an exchange or for a question. Nothing is minted from them.
    """

    principal: str
    client_id: str
    """The registered client, or the principal where there is none."""
    audiences: tuple[str, ...]
    """Ids."""
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
    token_audiences: tuple[str, ...] = ()
    """`aud`, where an audience is named by its resource; empty: the ids."""
    act: JsonObject | None = None
    """Who acts for the principal (RFC 8693 section 4.1)."""
    binding: Binding | None = None
    """`cnf`: the key without which the token is worth nothing."""
    authorization_details: tuple[JsonObject, ...] = ()
    """RFC 9396."""
    typ: str = AT_JWT
    """`typ` of the signed token."""
    opaque: bool = False
    """Whether the token is a reference, for its audience to introspect."""
    not_revoked: tuple[NotRevoked, ...] = ()
    """Checked by the commit."""
    risks: tuple[tuple[RiskKey, RiskScore | None], ...] = ()
    """Scores that the policies looked at; the commit checks that they are still these. None: there was none."""
    approval: str | None = None
    """Id of the approval that was used."""
    approved_by: str | None = None
    """Principal of the admin who gave it."""

    @property
    def lifetime(self) -> int:
        """Seconds."""
        return self.expires_at - self.issued_at


class Authorization(TokenTerms, frozen=True):
    """Terms that were decided on verified evidence. `federation.exchange` makes them; the minter takes nothing else."""

    @classmethod
    def of(cls, terms: TokenTerms) -> Self:
        """The same terms, to be minted."""
        return cls(**{name: getattr(terms, name) for name in TokenTerms.__struct_fields__})
