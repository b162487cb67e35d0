"""People, by an ID token or access token of the company's identity provider: people on whose behalf others act.

Claims: OpenID Connect Core 1.0 section 2, RFC 9068 section 2.2, RFC 8176 (`amr`). When and how the person was
authenticated must be told, and to which client: another client's token was given for another purpose.
"""

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims import is_numeric_date, numeric_date
from federation.verification.claims_table import ClaimsTable, flag, one_of, text, text_of
from federation.verification.provider import Preset, Provider, Unfit, pins
from federation.verification.providers import entra, google

SKEW = 60
"""Seconds by which the clocks behind `auth_time` and `iat` may differ."""

# RFC 9068 says client_id, OpenID Connect azp; Entra's version 1.0 says appid, Okta cid.
_CLIENT = ("azp", "client_id", "appid", "cid")
_AUTHENTICATION = ("acr", "amr", "acrs")

# The company's own people and administrators can change these, to somebody else's.
_MUTABLE = (
    "email", "upn", "preferred_username", "unique_name", "name", "nickname", "given_name", "family_name", "middle_name",
    "phone_number", "login_hint", "verified_primary_email",
)  # fmt: skip
_PROFILE = {
    "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "address", "updated_at", "nonce",
    "at_hash", "c_hash", "s_hash", "sid", "session_state", "scope", "scp", "roles", "groups", "entitlements", "cnf",
    "typ", "ver", "uid", "idp", "tid", "oid", "may_act",
}  # fmt: skip
_ENTRA = {"acct", "aio", "app_displayname", "appidacr", "azpacr", "ipaddr", "platf", "puid", "rh", "uti", "wids"}
_GOOGLE = {"hd"}


def _signed_in_at(value: Json) -> bool:
    """Seconds since the epoch, as a number; a fraction is allowed."""
    return is_numeric_date(value) and value > 0


def _methods(value: Json) -> bool:
    """A list of texts, at least one."""
    return isinstance(value, list | tuple) and len(value) > 0 and all(text(method) for method in value)


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_person(claims)
    _check_authentication(claims)
    _check_client(claims)
    # Its actors would be forgotten: a foreign chain is not copied (ATTACKS H1).
    if "act" in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "another actor acts for this person already")


def _check_person(claims: Claims) -> None:
    """Entra and Google sign for machines too, as the same issuers: those have stricter providers of their own."""
    at_entra, at_google = entra.is_issuer(text_of(claims, "iss")), claims["iss"] == google.ISSUER
    addresses = (text_of(claims, "email"), text_of(claims, "azp"))
    if (at_entra and entra.is_application(claims)) or (at_google and any(map(google.is_service_account, addresses))):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "a machine's token: there is no person")


def _check_authentication(claims: Claims) -> None:
    if not any(name in claims for name in _AUTHENTICATION):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "none of acr, amr and acrs tells how the person was known")
    authenticated_at, issued_at = numeric_date(claims, "auth_time"), numeric_date(claims, "iat")
    if authenticated_at is not None and issued_at is not None and authenticated_at > issued_at + SKEW:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "auth_time is after iat")


def _check_client(claims: Claims) -> None:
    clients = {text_of(claims, name) for name in _CLIENT if name in claims}
    if len(clients) != 1:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "azp, client_id, appid and cid do not name one client")
    # RFC 9068 section 2.2: with client credentials, the client is its own subject.
    if text_of(claims, "sub") in clients:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is the client: there is no person")


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if any(pins(match, name) for name in _CLIENT):
        return None
    # The person's token is good for no other purpose.
    return "pin azp or client_id (appid, cid), whichever the token has, to the client that the person signed in to"


def _key_problem(claims: Claims, key_issuer: str) -> str | None:
    return entra.key_problem(claims, key_issuer) if entra.is_issuer(text_of(claims, "iss")) else None


PROVIDER = Provider(
    name="user",
    table=ClaimsTable(
        required={"iss": text, "sub": text, "auth_time": _signed_in_at},
        checked={
            "acr": text,
            "amr": _methods,
            "acrs": _methods,  # Entra's acr, in the plural
            "azp": text,
            "client_id": text,
            "appid": text,
            "cid": text,
            "idtyp": one_of("user"),
        },
        optional={
            "email_verified": flag,
            "phone_number_verified": flag,
        },
        accounted=frozenset({*_MUTABLE, *_PROFILE, *_ENTRA, *_GOOGLE}),
        accounted_prefixes=("xms_",),
    ),
    check=_check,
    mapping_problem=_mapping_problem,
    unfit=tuple(Unfit((name,), "can be changed to anybody's", "sub or a group") for name in _MUTABLE),
    speaks_for_others=True,
    guest_of=frozenset({"entra", "google"}),
    key_problem=_key_problem,
    # A person who signed in yesterday may have left by now.
    preset=Preset(max_auth_age="24h"),
)
