"""Trust documents around one partner, for tests of what admins see of them."""

from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from tests.support.exchange_world import AUDIENCE, BRIDGE, IDP, ISSUER, MAPPING, NOW

__all__ = ["ACTORS", "AGENT", "AUDIENCE", "BRIDGE", "CLAIMS", "IDP", "ISSUER", "MAPPING", "NOW", "policy", "trust"]

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
