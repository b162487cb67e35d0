"""The tests' own trust documents, and the foreign tokens that they trust: one identity per provider."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from federation.documents.source import SourceDocument
from federation.documents.validate import ValidatedSet, validate
from federation.local.issuers import azure, github, google, kubernetes, partner
from federation.local.issuers.claims import ClaimSet
from federation.local.issuers.loopback import Endpoints, IssuerKey, LoopbackIssuers, generate_key

AUDIENCE = "risk-engine"
RESOURCE = "https://risk.internal.example.com"
OTHER_AUDIENCE = "ledger"
OTHER_RESOURCE = "https://ledger.internal.example.com"
READ, WRITE = "risk:score:read", "risk:score:write"
CLUSTER = "https://kubernetes.default.svc.cluster.local"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """A foreign workload: who signs for it, how its claims look, whom it becomes."""

    issuer: str
    """Id of the Issuer document, and name of the loopback issuer whose key signs."""
    provider: str
    algorithm: str
    iss: str | None
    """None: the loopback URL itself, with discovery."""
    match: dict[str, Any]
    principal: str
    claims: Callable[[str, str, int], ClaimSet]
    """(issuer, audience, now) -> claims"""
    header: dict[str, Any] | None = None


IDENTITIES = {
    "partner": Identity(
        "acme-partner",
        "oidc",
        partner.ALGORITHM,
        None,
        {"sub": partner.SUBJECT},
        "partner/acme/billing-sync",
        partner.claims,
    ),
    "google": Identity(
        "acme-google",
        "google",
        google.ALGORITHM,
        google.ISSUER,
        {"sub": google.UNIQUE_ID},
        "gcp/acme/pipeline",
        lambda _issuer, audience, now: google.claims(audience, now),
    ),
    "azure-v1": Identity(
        "acme-azure-v1",
        "entra",
        azure.ALGORITHM,
        azure.ISSUER_V1,
        {"oid": azure.OBJECT_ID},
        "azure/acme/reporting",
        lambda _issuer, audience, now: azure.claims_v1(audience, now),
    ),
    "azure-v2": Identity(
        "acme-azure-v2",
        "entra",
        azure.ALGORITHM,
        azure.ISSUER_V2,
        {"oid": azure.OBJECT_ID},
        "azure/acme/reporting",
        lambda _issuer, audience, now: azure.claims_v2(audience, now),
    ),
    "github": Identity(
        "acme-github",
        "github",
        github.ALGORITHM,
        github.ISSUER,
        {"repository_id": github.REPOSITORY_ID, "ref": github.REF},
        "ci/acme/deployer",
        lambda _issuer, audience, now: github.claims(audience, now),
    ),
    "github-immutable": Identity(
        "acme-github",
        "github",
        github.ALGORITHM,
        github.ISSUER,
        {},
        "ci/acme/deployer",
        lambda _issuer, audience, now: github.claims_with_immutable_sub(audience, now),
    ),
    "kubernetes": Identity(
        "acme-kubernetes",
        "kubernetes",
        kubernetes.ALGORITHM,
        CLUSTER,
        {"sub": f"system:serviceaccount:{kubernetes.NAMESPACE}:{kubernetes.SERVICE_ACCOUNT}"},
        "k8s/acme/settlement",
        kubernetes.claims,
        {"typ": None},
    ),
    "once": Identity(
        "acme-once", "oidc", partner.ALGORITHM, None, {"sub": partner.SUBJECT}, "partner/acme/once", partner.claims
    ),
}


def issuer_keys() -> dict[str, IssuerKey]:
    """Fresh keys by Issuer id."""
    identities = {identity.issuer: identity for identity in IDENTITIES.values()}
    return {name: generate_key(f"{name}-key", identity.algorithm) for name, identity in identities.items()}


def sign(name: str, key: IssuerKey, where: Endpoints, audience: str, changes: dict[str, Any]) -> str:
    """A token of the identity `name` for `audience`; a change to None leaves the claim out."""
    identity = IDENTITIES[name]
    claims = identity.claims(identity.iss or where.issuer, audience, int(time.time())) | changes
    return key.sign({claim: value for claim, value in claims.items() if value is not None}, identity.header)


def trust(issuers: LoopbackIssuers) -> ValidatedSet:
    """Trust documents for every identity."""
    documents = [*_audiences(), *_issuers(issuers), *_mappings()]
    return validate((SourceDocument("tests", document) for document in documents), loopback=True)


def _audiences() -> list[Document]:
    return [
        {
            "kind": "Audience",
            "id": AUDIENCE,
            "resource": RESOURCE,
            "environment": "prod",
            "scopes": [READ, WRITE],
            "max_ttl": "5m",
        },
        {"kind": "Audience", "id": OTHER_AUDIENCE, "resource": OTHER_RESOURCE, "scopes": [READ, "ledger:post"]},
    ]


def _issuers(issuers: LoopbackIssuers) -> list[Document]:
    identities = {identity.issuer: identity for identity in IDENTITIES.values()}
    return [_issuer(identity, issuers.endpoints(name)) for name, identity in identities.items()]


def _issuer(identity: Identity, where: Endpoints) -> Document:
    return {
        "kind": "Issuer",
        "id": identity.issuer,
        "tenant": "acme",
        "provider": identity.provider,
        "issuer": identity.iss or where.issuer,
        "keys": {"jwks_uri": where.jwks_uri} if identity.iss else {"discovery": True},
        "algorithms": [identity.algorithm],
        "max_token_age": "24h",
        **({"single_use": True} if identity.issuer == "acme-once" else {}),
    }


def _mappings() -> list[Document]:
    return [_mapping(name, identity) for name, identity in IDENTITIES.items() if identity.match]


def _mapping(name: str, identity: Identity) -> Document:
    return {
        "kind": "Mapping",
        "id": f"map-{name}",
        "issuer": identity.issuer,
        "match": identity.match,
        "principal": identity.principal,
        "attributes": {"via": "{iss}"} if name == "once" else {},
        "grants": [
            {"audience": AUDIENCE, "scopes": [READ, WRITE], "default_scopes": [READ], "max_ttl": "2m"},
            {"audience": OTHER_AUDIENCE, "scopes": [READ]},
        ],
    }
