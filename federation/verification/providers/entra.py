"""Microsoft Entra applications and Azure managed identities: app-only access tokens, versions 1.0 and 2.0.

Claims: learn.microsoft.com/entra/identity-platform/access-token-claims-reference and optional-claims-reference.
"""

import re

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, one_of, text, text_of, uuid
from federation.verification.provider import Provider, pins

_TENANT = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ISSUERS = {
    "1.0": re.compile(rf"https://sts\.windows\.net/{_TENANT}/"),
    "2.0": re.compile(rf"https://login\.microsoftonline\.com/{_TENANT}/v2\.0"),
}
_APPLICATION = {"1.0": "appid", "2.0": "azp"}

_MUTABLE = ("email", "upn", "preferred_username", "unique_name", "name")

_confidential_client = one_of("1", "2")
"""0 is a public client, which holds no credential and so is no workload."""


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_tenant(claims)
    _check_application(claims)


def _check_tenant(claims: Claims) -> None:
    """Version, issuer and tenant tell one story (ATTACKS D13, D14)."""
    issuer = _ISSUERS[text_of(claims, "ver")].fullmatch(text_of(claims, "iss"))
    if issuer is None:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "ver disagrees with iss")
    if issuer[1] != text_of(claims, "tid"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "tid is not the tenant in iss")


def _check_application(claims: Claims) -> None:
    """The application itself, not a user through it (ATTACKS D16)."""
    if _APPLICATION[text_of(claims, "ver")] not in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "no application id: not an access token of this version")
    if "scp" in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "scp: the token is delegated by a user")
    # `idtyp` is optional; without it, an application's sub is its oid while a user's sub is pairwise.
    if claims.get("idtyp", "app") != "app" or ("idtyp" not in claims and claims.get("sub") != claims.get("oid")):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "not an app-only token")


def _issuer_problem(issuer: str) -> str | None:
    if any(form.fullmatch(issuer) for form in _ISSUERS.values()):
        return None
    return (
        "name one tenant by its id: https://login.microsoftonline.com/TENANT-ID/v2.0 or https://sts.windows.net/"
        "TENANT-ID/; common, organizations and consumers are everybody's"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    for claim in _MUTABLE:
        if claim in match:
            return f"{claim} can be changed to anybody's; pin oid"
    if "sub" in match:
        return "sub differs from one audience to the next; pin oid"
    return None if pins(match, "oid") and uuid(match["oid"]) else "pin oid to the identity's object id in lower case"


PROVIDER = Provider(
    name="entra",
    table=ClaimsTable(
        required={"iss": text, "sub": text, "ver": one_of("1.0", "2.0"), "tid": uuid, "oid": uuid},
        checked={
            "appid": uuid,
            "azp": uuid,
            "appidacr": _confidential_client,
            "azpacr": _confidential_client,
            "idtyp": text,
            "xms_mirid": text,
            "xms_az_rid": text,
        },
        accounted=frozenset(
            {"acrs", "aio", "app_displayname", "azp_name", "groups", "idp", "ipaddr", "rh", "roles", "scp"}
            | {"tenant_region_scope", "tenant_ctry", "uti", "wids"}
        ),
        # Microsoft documents that it adds these without notice.
        accounted_prefixes=("xms_",),
        selectors=("oid",),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    issuer_hosts=frozenset({"login.microsoftonline.com", "sts.windows.net"}),
)
