"""Trust documents around one partner, for tests of what admins see of them."""

from federation.admin.snapshot import Snapshot
from federation.model.json import Json
from tests.support.jose_keys import rsa_key

NOW = 1_800_000_000
BRIDGE = "https://federation.example.com"
IDP = "https://idp.example.com"

ISSUER: dict[str, Json] = {
    "kind": "Issuer",
    "id": "acme",
    "tenant": "acme",
    "provider": "oidc",
    "issuer": IDP,
    "keys": {"jwks": {"keys": [rsa_key().jwk()]}},
}
MAPPING: dict[str, Json] = {
    "kind": "Mapping",
    "id": "acme-sync",
    "issuer": "acme",
    "match": {"sub": "worker"},
    "principal": "partner/acme/sync",
    "grants": [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"], "default_scopes": ["risk:read"]}],
}
AUDIENCE: dict[str, Json] = {
    "kind": "Audience",
    "id": "risk-engine",
    "resource": "https://risk.example.com",
    "environment": "prod",
    "scopes": ["risk:read", "risk:write"],
}
AGENT: dict[str, Json] = {
    "kind": "Mapping",
    "id": "planner",
    "issuer": "acme",
    "match": {"sub": "planner"},
    "principal": "agent/planner",
    "grants": [{"audience": "bridge", "scopes": ["act"]}],
}
ACTORS: dict[str, Json] = {
    "kind": "Audience",
    "id": "bridge",
    "resource": BRIDGE,
    "environment": "prod",
    "scopes": ["act"],
}
CLAIMS: dict[str, Json] = {"iss": IDP, "sub": "worker"}


def policy(id_: str, cedar: str, **members: Json) -> dict[str, Json]:
    """A Policy document."""
    return {"kind": "Policy", "id": id_, "cedar": cedar, **members}


def trust(*bodies: dict[str, Json]) -> Snapshot:
    """The partner's documents, and these beside them or in their place."""
    snapshot = Snapshot.of_bodies([ISSUER, MAPPING, AUDIENCE, AGENT, ACTORS])
    for body in bodies:
        snapshot = snapshot.with_body(body)
    return snapshot
