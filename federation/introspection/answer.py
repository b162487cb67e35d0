"""What a resource server is told about a token."""

from msgspec import Struct

from federation.model.binding import DPOP
from federation.model.json import Json, JsonObject
from federation.model.own_claims import INTROSPECTED, OwnClaims
from federation.model.trust import Client
from federation.oauth.identifiers import BEARER
from federation.verification.own_tokens import IssuedByUs

INACTIVE: JsonObject = {"active": False}
"""Whatever the reason: no further member (RFC 7662 section 2.2, ATTACKS M7)."""


class IntrospectionAnswer(Struct, frozen=True):
    """An answer, and the client to whom it is given."""

    client: Client
    answer: JsonObject
    signed: str | None = None
    """The answer as a JWT, where that was asked for."""


def describe(token: IssuedByUs, scopes: tuple[str, ...]) -> JsonObject:
    """The answer about a good token. `scopes`: what is left of its own."""
    said: dict[str, Json] = {name: token.claims[name] for name in INTROSPECTED if name in token.claims}
    said |= {"scope": " ".join(scopes)} if "scope" in said else {}
    return {"active": True, "token_type": _token_type(token.own), **said}


def _token_type(own: OwnClaims) -> str:
    """How it must be presented (RFC 9449 section 6.2)."""
    return DPOP if own.binding is not None and own.binding.jkt is not None else BEARER
