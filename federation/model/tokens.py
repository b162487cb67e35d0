"""Tokens, before and after: what a foreign token proved, and what we issued."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from typing import ClassVar

from msgspec import Struct, field

from federation.model.authorization import Link
from federation.model.binding import Binding
from federation.model.json import Claims, Json, JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.trust import Client, DocumentVersion, Issuer, MappedPrincipal
from federation.oauth.identifiers import BEARER, TokenType
from federation.value import Redacted


def acting_principals(act: Json) -> Iterator[str]:
    """Every `sub` of an `act` claim, the current actor first (RFC 8693 section 4.1)."""
    while act is not None and isinstance(act, ReadOnly):
        yield str(act["sub"])
        act = act.get("act")


class OwnClaims(Struct, frozen=True):
    """What one of our own tokens says, as we minted it: the ground for a narrower one."""

    jti: str
    principal: str
    """`sub`: never computed again, whatever its mapping says by now."""
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    transaction: str
    """`txn`"""
    issuer: str
    """`fed.iss`: id of the Issuer document that vouched for the principal."""
    mapping: str
    """`fed.mapping`: id of the root mapping, which made the principal."""
    current_actor: str | None
    """`fed.actor`: id of the current actor's mapping; None: nobody acts, the token is the principal's."""
    key_set: DocumentVersion
    """The key set that had the signing key."""
    client_id: str = ""
    """The registered client that it was issued to, or the principal or actor where there was none."""
    registered_client: str | None = None
    """`client_id`, where it is a registered client's."""
    mapping_version: int = 0
    """Of the root mapping, when the principal was made; 0, which no document has: it is not known."""
    holder_version: int = 0
    """Of the current actor's mapping, likewise."""
    client_version: int = 0
    """Of the registered client, likewise."""
    issued_at: int = 0
    holder_issuer: str | None = None
    """`fed.actor_iss`: id of the Issuer document that vouches for the current actor."""
    chain: tuple[Link, ...] = ()
    """`fed.chain`: the tokens of ours that it was made from, oldest first."""
    binding: Binding | None = None
    """`cnf`"""
    authorization_details: tuple[JsonObject, ...] = ()
    tenant: str | None = None
    environment: str | None = None
    context: ReadOnly[str, str] = field(default_factory=dict)
    act: JsonObject | None = None

    @property
    def actors(self) -> tuple[str, ...]:
        """Every principal that acts, the current one first."""
        return tuple(acting_principals(self.act))


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


class Caller(Struct, frozen=True):
    """Who is asking. No registered client: the subject token alone proves the caller (DESIGN section 4, Client)."""

    client: Client | None = None
    """Proven by its one method; enabled."""
    one_time: tuple[OneTimeUse, ...] = ()
    """Its assertion's jti."""
    expires_at: int | None = None
    """When its certificate ends: no token outlives it (ATTACKS K10)."""
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on: the client's document, its trust domain's, none where nobody is registered."""

    @property
    def client_id(self) -> str | None:
        """The registered client's."""
        return self.client.id if self.client else None

    @property
    def is_public(self) -> bool:
        """Whether it is a registered client that has no more than its name to prove it: anybody could say it."""
        return self.client is not None and self.client.auth.method == "none"


class IssuedToken(Redacted, Struct, frozen=True):
    """A minted token whose commit succeeded; the only thing that may leave."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str
    jti: str
    key_id: str | None
    """None: an opaque token, which nobody signed."""
    expires_at: int
    lifetime: int
    """Seconds from now until `exp`."""
    scopes: tuple[str, ...]
    issued_token_type: TokenType
    token_type: str = BEARER
    authorization_details: tuple[JsonObject, ...] = ()
