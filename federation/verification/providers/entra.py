"""Microsoft Entra applications and Azure managed identities: app-only access tokens, versions 1.0 and 2.0.

Claims: learn.microsoft.com/entra/identity-platform/access-token-claims-reference and optional-claims-reference.
"""

import re

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, one_of, text, text_of, uuid
from federation.verification.provider import Preset, Provider, Unfit, pins

_TENANT = r"(?P<tenant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
# Who signs with version 1.0, and as whom the same cloud signs with version 2.0. The US government's cloud shares its
# name of version 1.0 with the global one, so its tokens are told apart in version 2.0 alone (ATTACKS D14).
_CLOUDS = {
    "sts.windows.net": "login.microsoftonline.com",
    "sts.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}
# What Azure China and Azure Germany signed as before: no token has these names any more, and no other provider's does.
_FORMER = ("login.chinacloudapi.cn", "login.microsoftonline.de")
_LOGIN_HOSTS = (*_CLOUDS.values(), "login.microsoftonline.us")
_ISSUERS = {
    "1.0": re.compile(rf"https://(?P<host>{'|'.join(map(re.escape, _CLOUDS))})/{_TENANT}/"),
    "2.0": re.compile(rf"https://(?P<host>{'|'.join(map(re.escape, _LOGIN_HOSTS))})/{_TENANT}/v2\.0"),
}
_APPLICATION = {"1.0": "appid", "2.0": "azp"}

_MUTABLE = ("email", "upn", "preferred_username", "unique_name", "name")
_UNFIT = (
    *(Unfit((name,), "can be changed to anybody's", "oid") for name in _MUTABLE),
    Unfit(("sub",), "differs from one audience to the next", "oid"),
)

_confidential_client = one_of("1", "2")
"""0 is a public client, which holds no credential and so is no workload."""


def is_issuer(url: str) -> bool:
    """Whether the URL is one tenant's, in the form of either version."""
    return any(form.fullmatch(url) for form in _ISSUERS.values())


def is_application(claims: Claims) -> bool:
    """Whether the token is an application's own: `idtyp` is optional, but only people's sub is pairwise."""
    return claims.get("idtyp", "app") == "app" and ("idtyp" in claims or claims.get("sub") == claims.get("oid"))


def key_problem(claims: Claims, key_issuer: str) -> str | None:
    """Sets of several tenants say of each key whose it is, `{tenantid}` standing for any (ATTACKS D14).

    Keys say so in the form of version 2.0, also where tokens of version 1.0 name sts.windows.net.
    """
    tenant, iss = text_of(claims, "tid"), text_of(claims, "iss")
    issuer = _ISSUERS["1.0"].fullmatch(iss)
    of_tenant = {iss, f"https://{_CLOUDS[issuer['host']]}/{tenant}/v2.0"} if issuer else {iss}
    return None if key_issuer.replace("{tenantid}", tenant) in of_tenant else "the key is of another issuer"


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_tenant(claims)
    _check_application(claims)


def _check_tenant(claims: Claims) -> None:
    """Version, issuer and tenant tell one story (ATTACKS D13, D14)."""
    issuer = _ISSUERS[text_of(claims, "ver")].fullmatch(text_of(claims, "iss"))
    if issuer is None:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "ver disagrees with iss")
    if issuer["tenant"] != text_of(claims, "tid"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "tid is not the tenant in iss")


def _check_application(claims: Claims) -> None:
    """The application itself, not a user through it (ATTACKS D16)."""
    if _APPLICATION[text_of(claims, "ver")] not in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "no application id: not an access token of this version")
    if "scp" in claims:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "scp: the token is delegated by a user")
    if not is_application(claims):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "not an app-only token")


def _issuer_problem(issuer: str) -> str | None:
    if is_issuer(issuer):
        return None
    return (
        "name one tenant by its id: https://login.microsoftonline.com/TENANT-ID/v2.0 or https://sts.windows.net/"
        "TENANT-ID/, in national clouds login.microsoftonline.us, or login.partner.microsoftonline.cn and "
        "sts.chinacloudapi.cn; common, organizations and consumers are everybody's"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
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
        },
        optional={
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
    unfit=_UNFIT,
    issuer_hosts=frozenset({*_CLOUDS, *_LOGIN_HOSTS, *_FORMER}),
    key_problem=key_problem,
    # A managed identity's token lives for a day.
    preset=Preset(algorithms=("RS256",), max_token_age="24h"),
)
