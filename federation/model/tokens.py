"""Tokens, before and after: what a foreign token proved, and what we issued."""

from dataclasses import dataclass, field

from federation.model.json import Claims
from federation.model.trust import Issuer
from federation.oauth.identifiers import BEARER, TokenType


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """Proof: signed by a trusted issuer's key, meant for us, valid now, and the provider's claims table holds.

    `claims` are the very bytes that were verified, parsed once (ATTACKS 0.7). Times: seconds since the epoch.
    """

    issuer: Issuer
    token_type: TokenType
    subject: str
    issued_at: int
    expires_at: int
    digest: str
    """SHA-256 (hex) of the claims: names the token in audit and replay records without being it."""
    claims: Claims = field(repr=False)
    key_id: str | None = None
    keys_stale: bool = False
    """The issuer could not be reached and its last good keys were used."""
    keys_as_of: float | None = None
    """When the issuer last published or pushed the key; None: the key stands in its document."""
    unaccounted: tuple[str, ...] = ()
    """Claims that the provider's table does not know: worth a look, never used by default."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. No registered client: the subject token alone proves the caller (DESIGN section 4, Client)."""

    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A minted token whose commit succeeded; the only thing that may leave."""

    token: str = field(repr=False)
    jti: str
    key_id: str
    expires_at: int
    lifetime: int
    """Seconds from now until `exp`."""
    scopes: tuple[str, ...]
    issued_token_type: TokenType
    token_type: str = BEARER
