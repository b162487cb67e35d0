"""Tokens, before and after: what a foreign token proved, and what we issued."""

from typing import ClassVar

from msgspec import Struct

from federation.model.json import Claims, JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.own_claims import OwnClaims
from federation.model.trust import Client, DocumentVersion, Issuer, MappedPrincipal
from federation.oauth.identifiers import BEARER, TokenType
from federation.value import Redacted

SKEW = 60
"""Seconds by which an issuer's clock and ours may differ (ATTACKS C8-C9)."""


class VerifiedToken(Redacted, Struct, frozen=True):
    """Proof: signed by a trusted issuer's key, meant for us, valid now, and the provider's claims table holds.

    `claims` are the very bytes that were verified, parsed once (ATTACKS 0.7), without null. Times: seconds since the
    epoch.
    """

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    issuer: Issuer
    token_type: TokenType
    subject: str
    issued_at: int
    expires_at: int
    digest: str
    """SHA-256 (hex) of the claims: names the token in audit and replay records without being it."""
    claims: Claims
    key_id: str | None = None
    keys_stale: bool = False
    """The issuer could not be reached and its last good keys were used."""
    keys_as_of: float | None = None
    """When the issuer last published or pushed the key; None: the key stands in its document."""
    unaccounted: tuple[str, ...] = ()
    """Claims that the provider's table does not know: worth a look, never used by default."""
    misshapen: frozenset[str] = frozenset()
    """Claims that are there in another form than their provider documents; `claims` is without them."""
    own: OwnClaims | None = None
    """Of a token that we minted; None: a foreign one."""
    client: Client | None = None
    """The registered client that asks for itself; there is no token then."""

    @property
    def documents(self) -> tuple[DocumentVersion, ...]:
        """What the proof rests on."""
        if self.client is not None:
            return (self.client.document,)
        return (self.own.key_set if self.own else self.issuer.document,)


class Acting(Struct, frozen=True):
    """Proof of who acts: its verified token, and whom that maps to."""

    token: VerifiedToken
    mapped: MappedPrincipal


class Vouched(Struct, frozen=True):
    """What an issuer said of a caller that a registered client is: its token or certificate."""

    issuer: str
    """Id of the Issuer document."""
    issued_at: int
    """Of the token or certificate, seconds since the epoch."""


class Caller(Struct, frozen=True):
    """Who is asking. No registered client: the subject token alone proves the caller (DESIGN section 4, Client)."""

    client: Client | None = None
    """Proven by its one method; enabled."""
    one_time: tuple[OneTimeUse, ...] = ()
    """Its assertion's jti."""
    expires_at: int | None = None
    """When its certificate ends: no token outlives it (ATTACKS K10)."""
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on: the client's document, its trust domain's, none for an unregistered caller."""
    vouched: Vouched | None = None
    """By whom it was authenticated; None: by keys of its own, or not at all."""

    @property
    def client_id(self) -> str | None:
        """The registered client's."""
        return self.client.id if self.client else None

    @property
    def is_public(self) -> bool:
        """Whether it is a registered client that has no more than its name to prove it, which all can say."""
        return self.client is not None and self.client.auth.method == "none"


class IssuedToken(Redacted, Struct, frozen=True):
    """A minted token whose commit succeeded; the only thing that may leave."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str
    jti: str
    key_id: str | None
    """None: an opaque token, which has no signature."""
    expires_at: int
    lifetime: int
    """Seconds from now until `exp`."""
    scopes: tuple[str, ...]
    issued_token_type: TokenType
    token_type: str = BEARER
    authorization_details: tuple[JsonObject, ...] = ()
