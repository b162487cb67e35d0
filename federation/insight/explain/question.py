"""What is to be explained: an identity, what it asks for, and who vouches for it."""

from collections.abc import Mapping as ReadOnly
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from federation.model.json import Claims, Json, JsonObject
from federation.model.policy import Proof, Risk
from federation.model.revocation import Revocation, RevocationKey
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.identifiers import TokenType
from federation.value import Redacted
from federation.verification.compact import UnverifiedJwt
from federation.verification.own_tokens import SELF

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
    """Who has approved what policies want approved; None: no approver."""
    authorization_details: tuple[JsonObject, ...] = ()
    revoked: ReadOnly[RevocationKey, Revocation] | None = None
    """What stands revoked of all that the request rests on; None: it was not looked up."""

    def at(self, *audiences: str, scopes: tuple[str, ...] | None = None) -> "Question":
        """The same identity under the same circumstances, for something else."""
        return replace(self, audiences=audiences, resources=(), scopes=scopes, authorization_details=())


A_WHILE = 3600
"""Seconds that a token is taken to live whose claims do not say."""
CHECKED = "checked"
NOT_CHECKED = "not checked"
NONE_TO_CHECK = "none: bare claims are taken as proven"


class Selected(Struct, frozen=True):
    """Claims, and who vouches for them."""

    issuer: Issuer
    claims: Claims
    signature: str
    assumed: tuple[str, ...] = ()
    """Claims that were not given."""
    jwt: UnverifiedJwt | None = None
    ours: bool = False
    by_connection: bool = False
    """Proven otherwise than by a JWT, so that no table says what must be in it."""


def assuming(issuer: Issuer, claims: Claims, own_issuer: str, now: int) -> Selected:
    """Bare claims of an issuer, with what they lack."""
    issued_at = claims.get("iat", now)
    lasts_until = issued_at + issuer.max_token_age if isinstance(issued_at, int) else now
    usual: dict[str, Json] = {
        "iss": issuer.issuer,
        "aud": (issuer.audiences or (own_issuer,))[0],
        "iat": now,
        "exp": min(now + A_WHILE, lasts_until),
        **({"jti": "assumed"} if issuer.single_use else {}),
        **({"auth_time": now} if issuer.max_auth_age is not None else {}),
    }
    assumed = tuple(name for name in usual if name not in claims)
    elsewhere = bool(issuer.keys.certificates) or issuer.keys.caller_identity
    return Selected(issuer, {**usual, **claims}, NONE_TO_CHECK, assumed, by_connection=elsewhere)


def ours(url: str, claims: Claims, now: int) -> Selected:
    """Bare claims of a token of ours, with what they lack; `url` is ours."""
    usual: dict[str, Json] = {
        "iat": now,
        "exp": now + A_WHILE,
        "jti": "assumed",
        "aud": "assumed",
        "txn": "assumed",
        "client_id": claims.get("sub"),
    }
    assumed = tuple(name for name in usual if name not in claims)
    return Selected(ourselves(url), {**usual, **claims}, NONE_TO_CHECK, assumed, ours=True)


def ourselves(url: str) -> Issuer:
    """We as an issuer: no document lies behind it."""
    return Issuer(SELF, 0, SELF, url, audiences=(), keys=IssuerKeys(), algorithms=(), max_token_age=0)
