"""Trust values for tests that do not care about most of their fields."""

from collections.abc import Mapping as ReadOnly

from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.keys import SIGNING_KEYS
from federation.model.own_claims import OwnClaims
from federation.model.tokens import VerifiedToken
from federation.model.trust import Audience, DocumentVersion, Grant, Issuer, IssuerKeys, MappedPrincipal, Mapping
from federation.oauth.identifiers import TokenType
from federation.oauth.request import ExchangeRequest

NOW = 1_800_000_000


def issuer(  # noqa: PLR0913  (a maker of values: every field has a default)
    *,
    document_id: str = "acme",
    version: int = 1,
    url: str = "https://idp.example.com",
    audiences: tuple[str, ...] = (),
    keys: IssuerKeys | None = None,
    single_use: bool = False,
    enabled: bool = True,
    tenant: str | None = "acme",
    provider: str = "oidc",
) -> Issuer:
    return Issuer(
        id=document_id,
        version=version,
        provider=provider,
        issuer=url,
        audiences=audiences,
        keys=keys or IssuerKeys(discovery=True),
        algorithms=("RS256", "ES256"),
        max_token_age=3600,
        single_use=single_use,
        enabled=enabled,
        tenant=tenant,
    )


def audience(  # noqa: PLR0913  (as above)
    document_id: str = "risk-engine",
    *,
    scopes: tuple[str, ...] = ("risk:read", "risk:write"),
    max_ttl: int = 600,
    resource: str | None = None,
    tenant: str | None = None,
    environment: str | None = "prod",
    enabled: bool = True,
    token_format: str = "jwt",
    token_typ: str = "at+jwt",
    sender_constraint: str = "none",
) -> Audience:
    return Audience(
        id=document_id,
        version=1,
        scopes=scopes,
        max_ttl=max_ttl,
        resource=resource,
        tenant=tenant,
        environment=environment,
        enabled=enabled,
        token_format=token_format,
        token_typ=token_typ,
        sender_constraint=sender_constraint,
    )


def mapping(*grants: Grant, version: int = 1) -> Mapping:
    return Mapping(
        id="acme-sync",
        version=version,
        issuer="acme",
        match=(("sub", "worker"),),
        principal="partner/acme/sync",
        grants=grants,
    )


def grant(
    audience_id: str = "risk-engine",
    scopes: tuple[str, ...] = ("risk:read", "risk:write"),
    default_scopes: tuple[str, ...] = ("risk:read",),
    max_ttl: int | None = None,
) -> Grant:
    return Grant(audience_id, scopes, default_scopes, max_ttl)


def mapped(*grants: Grant, by: Issuer | None = None) -> MappedPrincipal:
    rule = mapping(*(grants or (grant(),)))
    return MappedPrincipal(rule.principal, {}, rule, by or issuer(), (("sub", "worker"),))


def verified(
    *,
    expires_at: int = NOW + 3600,
    by: Issuer | None = None,
    claims: ReadOnly[str, Json] | None = None,
    misshapen: frozenset[str] = frozenset(),
) -> VerifiedToken:
    return VerifiedToken(
        issuer=by or issuer(),
        token_type=TokenType.JWT,
        subject="worker",
        issued_at=NOW,
        expires_at=expires_at,
        digest="0" * 64,
        claims=claims or {"sub": "worker"},
        misshapen=misshapen,
    )


def own_token(
    *,
    scopes: tuple[str, ...] = ("risk:read",),
    audiences: tuple[str, ...] = ("risk-engine",),
    environment: str | None = "prod",
    act: JsonObject | None = None,
) -> VerifiedToken:
    """One of ours, in which `act` acts for partner/acme/sync."""
    own = OwnClaims(
        jti="j-1",
        principal="partner/acme/sync",
        audiences=audiences,
        scopes=scopes,
        transaction="c-0",
        issuer="acme",
        mapping="acme-sync",
        mapping_version=1,
        current_actor=None if act is None else "planner",
        holder_version=0 if act is None else 1,
        key_set=DocumentVersion(SIGNING_KEYS, 1),
        tenant="acme",
        environment=environment,
        act=act,
    )
    return replace(verified(by=issuer(document_id="(self)", url="https://federation.example.com")), own=own)


def asking(*audiences: str, resources: tuple[str, ...] = (), scopes: tuple[str, ...] | None = None) -> ExchangeRequest:
    return ExchangeRequest(
        "a.b.c",
        TokenType.JWT,
        audiences=audiences,
        resources=resources,
        scopes=scopes,
        source_ip="192.0.2.7",
        correlation_id="c-1",
    )
