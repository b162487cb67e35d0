"""The trust documents that are measured with: one issuer, fifty of its workloads, a client and two audiences."""

from federation.admin.changes import change_now
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.keys import publication
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.issuers.loopback import IssuerKey
from federation.model.json import Json
from federation.settings import Settings
from federation.system import SystemClock

IDP = "https://idp.example.com"
CLIENT = "gateway"
IMPERSONATION = 'permit (principal, action == Action::"impersonate", resource);'
GRANTS: list[Json] = [{"audience": "risk-engine", "scopes": ["risk:score:read"], "max_ttl": "2m"}]


def write_trust(settings: Settings, key: IssuerKey, client: IssuerKey, *more: dict[str, Json]) -> None:
    """Write the documents, `more` instead of those of the same name; publish a signing key."""
    named = {(str(each["kind"]), str(each["id"])): each for each in [*_documents(key, client), *more]}
    sources = [SourceDocument(f"benchmark[{at}]", each) for at, each in enumerate(named.values())]
    trust_editor(settings).apply(validate(sources), change_now(SystemClock(), "benchmark"))
    publication(settings).run()


NOISY_RATE = 20
"""A second, of the noisy client."""


def noisy_client(jwks: Json) -> dict[str, Json]:
    """The client's document once it is limited."""
    return {**_client(jwks), "rate_limit": {"per_second": NOISY_RATE, "burst": NOISY_RATE}}


def _client(jwks: Json) -> dict[str, Json]:
    return {
        "kind": "Client",
        "id": CLIENT,
        "auth": {"method": "private_key_jwt", "jwks": jwks},
        "audiences": ["risk-engine"],
        "scopes": ["risk:score:read"],
    }


def _documents(key: IssuerKey, client: IssuerKey) -> list[dict[str, Json]]:
    issuer: dict[str, Json] = {"provider": "oidc", "issuer": IDP, "keys": {"jwks": key.jwks}}
    many: dict[str, Json] = {**issuer, "issuer": f"{IDP}/many"}
    once: dict[str, Json] = {**issuer, "issuer": f"{IDP}/once", "single_use": True}
    audience: dict[str, Json] = {"scopes": ["risk:score:read", "risk:score:write"], "max_ttl": "5m"}
    return [
        {"kind": "Issuer", "id": "idp", **issuer},
        {"kind": "Issuer", "id": "idp-once", **once},
        {"kind": "Issuer", "id": "idp-many", **many},
        {"kind": "Audience", "id": "risk-engine", **audience},
        {"kind": "Audience", "id": "ledger", **audience},
        _client(client.jwks),
        *(mapping("idp", f"worker-{number}") for number in range(50)),
        mapping("idp", "worker"),
        mapping("idp-once", "once"),
        {**mapping("idp-many", "many"), "match": {"sub": "many-*"}},
    ]


def mapping(issuer: str, subject: str) -> dict[str, Json]:
    """One that pins `sub`."""
    return {
        "kind": "Mapping",
        "id": f"{issuer}-{subject}",
        "issuer": issuer,
        "match": {"sub": subject},
        "principal": f"partner/{subject}",
        "grants": GRANTS,
        "may_act": ["partner/*"],
    }
