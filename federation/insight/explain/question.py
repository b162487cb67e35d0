"""What somebody wants explained: an identity, and what it asks for."""

from collections.abc import Mapping as ReadOnly
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from federation.model.json import Claims, Json, JsonObject
from federation.model.policy import Proof, Risk
from federation.model.revocation import Revocation, RevocationKey
from federation.oauth.identifiers import TokenType
from federation.value import Redacted

ANY_ADDRESS = "0.0.0.0"  # noqa: S104  (nobody's: in no zone)


class Identity(Redacted, Struct, frozen=True):
    """Whose claims: a token's, or bare ones.

    Bare claims are taken as proven. What they lack of `aud`, `iat`, `exp` and `jti` is taken to be as it should be; of
    a token nothing is.
    """

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims", "token"})

    claims: Claims = field(default_factory=dict[str, Json])
    token: str | None = None
    """Its text, read and never kept; then `claims` are not looked at."""
    token_type: TokenType = TokenType.JWT
    issuer: str | None = None
    """Id of the Issuer document that proved the claims otherwise than by a JWT (a certificate, AWS), or will have."""


class Question(Redacted, Struct, frozen=True):
    """A request, as far as a decision looks at it."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"revoked"})

    subject: Identity | None
    """None: a registered client asks for itself (`client_credentials`)."""
    now: int
    """Seconds since the epoch."""
    actor: Identity | None = None
    audiences: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    """None: the request names none."""
    client: str | None = None
    """Id of the registered client, taken as authenticated."""
    source_ip: str = ANY_ADDRESS
    proof: Proof = "none"
    """What the caller proves to have a key by: every key that a token is bound to, and its own."""
    risk: Risk = field(default_factory=Risk)
    """The scores of the principal and of its issuer, as they are now."""
    approved_by: str | None = None
    """Who has approved what policies want approved; None: nobody has."""
    authorization_details: tuple[JsonObject, ...] = ()
    revoked: ReadOnly[RevocationKey, Revocation] | None = None
    """What stands revoked of all that the request rests on; None: nobody looked."""

    def at(self, *audiences: str, scopes: tuple[str, ...] | None = None) -> "Question":
        """The same identity under the same circumstances, for something else."""
        return replace(self, audiences=audiences, resources=(), scopes=scopes, authorization_details=())
