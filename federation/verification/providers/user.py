"""People, by an ID token or access token of the company's identity provider: somebody on whose behalf others act.

Claims: OpenID Connect Core 1.0 section 2, RFC 9068 section 2.2, RFC 8176 (`amr`). When and how the person was
authenticated must be told, and to which client: another client's token was given for another purpose.
"""

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, flag, one_of, text, text_of
from federation.verification.provider import Provider, pins

SKEW = 60
"""Seconds by which the clocks behind `auth_time` and `iat` may differ."""

_CLIENT = ("azp", "client_id")

# The company's own people and administrators can change these, to somebody else's.
_MUTABLE = (
    "email", "upn", "preferred_username", "unique_name", "name", "nickname", "given_name", "family_name", "middle_name",
    "phone_number", "login_hint", "verified_primary_email",
)  # fmt: skip
_PROFILE = {
    "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "address", "updated_at", "nonce",
    "at_hash", "c_hash", "s_hash", "sid", "session_state", "scope", "scp", "roles", "groups", "entitlements", "cnf",
    "typ", "ver", "uid", "cid", "idp", "tid", "oid", "may_act",
}  # fmt: skip


def _is_time(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _methods(value: Json) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(text(method) for method in value)


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_authentication(claims)
    _check_client(claims)
    # Whoever acts already would be forgotten: a foreign chain is not copied (ATTACKS H1).
    if "act" in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "somebody else already acts for this person")


def _check_authentication(claims: Claims) -> None:
    if "acr" not in claims and "amr" not in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "neither acr nor amr tells how the person was known")
    authenticated_at, issued_at = claims["auth_time"], claims.get("iat")
    if isinstance(authenticated_at, int) and isinstance(issued_at, int) and authenticated_at > issued_at + SKEW:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "auth_time is after iat")


def _check_client(claims: Claims) -> None:
    clients = {text_of(claims, name) for name in _CLIENT if name in claims}
    if len(clients) != 1:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "azp and client_id do not name one client")
    # RFC 9068 section 2.2: with client credentials, the client is its own subject.
    if text_of(claims, "sub") in clients:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is the client: there is no person")


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    for name in _MUTABLE:
        if name in match:
            return f"{name} can be changed to anybody's; match sub or a group"
    if any(pins(match, name) for name in _CLIENT):
        return None
    return "pin azp or client_id to the client that the person signed in to; its token is good for no other purpose"


PROVIDER = Provider(
    name="user",
    table=ClaimsTable(
        required={"iss": text, "sub": text, "auth_time": _is_time},
        checked={
            "acr": text,
            "amr": _methods,
            "azp": text,
            "client_id": text,
            "idtyp": one_of("user"),
            "email_verified": flag,
            "phone_number_verified": flag,
        },
        accounted=frozenset({*_MUTABLE, *_PROFILE}),
    ),
    check=_check,
    mapping_problem=_mapping_problem,
)
