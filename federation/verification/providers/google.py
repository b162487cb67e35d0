"""Google service accounts: ID tokens from the metadata server, generateIdToken or a key.

Claims: cloud.google.com/compute/docs/instances/verifying-instance-identity (standard and full format) and
cloud.google.com/docs/authentication/token-types. The same issuer signs tokens of people, which are refused.
"""

import re
from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, digits, flag, one_of, text, text_of
from federation.verification.provider import Preset, Provider, pins

ISSUER = "https://accounts.google.com"

_SERVICE_ACCOUNT = re.compile(r"[a-z0-9._-]+@[a-z0-9.-]+\.gserviceaccount\.com")


def _instance(value: Json) -> bool:
    """`google`, which holds only `compute_engine`, and only in the full format."""
    return isinstance(value, ReadOnly) and isinstance(value.get("compute_engine"), ReadOnly)


def is_service_account(address: str) -> bool:
    """Whether the address is a service account's: people get no address in these domains."""
    return _SERVICE_ACCOUNT.fullmatch(address) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    """A service account, and the token's own: no other asked for it (ATTACKS D9)."""
    email = text_of(claims, "email")
    if "email" in claims and not is_service_account(email):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "email is not a service account's")
    if "email" in claims and claims.get("email_verified") is not True:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "email_verified is not true")
    # The authorized party is the account itself: its unique id or, when its own key signed the request, its address.
    if text_of(claims, "azp") not in {text_of(claims, "sub"), email}:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "azp is another party than sub")


def _issuer_problem(issuer: str) -> str | None:
    return None if issuer == ISSUER else f"Google has one issuer: {ISSUER}"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "sub") and digits(match["sub"]):
        return None
    # A deleted account can be created again under the same address; its unique id never returns (ATTACKS D10).
    return "pin sub to the service account's unique id, quoted digits; an email or a project can be taken over"


def _guest_problem(match: dict[str, MatchValue]) -> str | None:
    """People's tokens (ATTACKS D11)."""
    if pins(match, "hd") or pins(match, "sub"):
        return None
    return "pin hd to your Workspace domain, or sub: the client alone lets in all Google accounts"


PROVIDER = Provider(
    name="google",
    table=ClaimsTable(
        required={"iss": one_of(ISSUER), "sub": digits, "azp": text},
        checked={"email": text, "email_verified": flag},
        optional={"google": _instance},
        accounted=frozenset({"at_hash", "nonce", "hd"}),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    issuer_hosts=frozenset({"accounts.google.com"}),
    guest_problem=_guest_problem,
    preset=Preset(issuer=ISSUER, algorithms=("RS256",)),
)
