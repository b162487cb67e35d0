"""People, agents and tools around a bridge in memory: who may act for whom, and who must not."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from federation.model.json import Json
from federation.model.trust import Selector
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import TokenType
from tests.support.exchange_world import BRIDGE, Bridge, body, bridge, subject_token
from tests.support.jose_keys import rsa_key

JWT = TokenType.JWT.value
URLS = {
    "people": "https://login.example.com",
    "agents": "https://agents.example.com",
    "globex": "https://idp.globex.example.com",
    "platform": "https://platform.example.com",
}
TENANTS = {"people": "acme", "agents": "acme", "globex": "globex", "platform": None}
AUDIENCES: dict[str, dict[str, Json]] = {
    "tools": {"environment": "prod", "scopes": ["cal:read", "cal:write", "mail:send"]},
    "calendar": {"environment": "prod", "scopes": ["cal:read", "cal:write"]},
    "mail": {"environment": "prod", "scopes": ["mail:send"]},
    "lab": {"environment": "dev", "scopes": ["cal:read"]},
    "anywhere": {"scopes": ["cal:read"]},
    "globex-calendar": {"environment": "prod", "tenant": "globex", "scopes": ["cal:read"]},
    "bridge": {"environment": "prod", "resource": BRIDGE, "scopes": ["act"]},
}
ALICE = {
    "tools": ["cal:read", "cal:write"],
    "calendar": ["cal:read", "cal:write"],
    "lab": ["cal:read"],
    "anywhere": ["cal:read"],
    "globex-calendar": ["cal:read"],
}


def issuer_document(name: str, **changes: Json) -> dict[str, Json]:
    document: dict[str, Json] = {
        "kind": "Issuer",
        "id": name,
        "provider": "oidc",
        "issuer": URLS[name],
        "keys": {"jwks": {"keys": [rsa_key().jwk()]}},
        **({"tenant": TENANTS[name]} if TENANTS[name] else {}),
    }
    return {**document, **changes}


def mapping_document(name: str, issuer: str, made: str, /, **changes: Json) -> dict[str, Json]:
    """Of the identity `name` at `issuer`; without changes it is granted what an actor needs: nothing but itself."""
    document: dict[str, Json] = {
        "kind": "Mapping",
        "id": name,
        "issuer": issuer,
        "match": {"sub": name},
        "principal": made,
        "grants": [{"audience": "bridge", "scopes": ["act"]}],
    }
    return {**document, **changes}


def alice(**changes: Json) -> dict[str, Json]:
    grants: list[Json] = [
        {"audience": name, "scopes": scopes, "default_scopes": scopes[:1]} for name, scopes in ALICE.items()
    ]
    usual: dict[str, Json] = {"may_act": ["agent/*"], "attributes": {"team": "{team}"}, "grants": grants}
    return mapping_document("alice", "people", "user/acme/alice", **{**usual, **changes})


def planner(**changes: Json) -> dict[str, Json]:
    return mapping_document("planner", "agents", "agent/planner", **{"may_act": ["tool/*"], **changes})


def tool(number: int, **changes: Json) -> dict[str, Json]:
    return mapping_document(f"tool-{number}", "agents", f"tool/{number}", **{"may_act": ["tool/*"], **changes})


class Delegation:
    """A bridge that knows Alice, an agent, five tools, and strangers under the same names."""

    def __init__(self, world: Bridge) -> None:
        self.world = world
        for name, members in AUDIENCES.items():
            world.write({"kind": "Audience", "id": name, **members})
        for name in URLS:
            world.write(issuer_document(name))
        for mapping in (alice(), planner(), *map(tool, range(1, 6))):
            self.write(mapping)
        self.write(mapping_document("impostor", "globex", "agent/planner"))
        self.write(mapping_document("shared", "platform", "agent/shared"))

    def write(self, document: dict[str, Json]) -> None:
        """The next version of a document, filed where the validator would file it."""
        match: Any = document.get("match", {})
        self.world.write(document, Selector("sub", match["sub"]) if match else None)

    def token(self, name: str, /, **changes: Any) -> str:  # noqa: ANN401  (claims, or the key)
        """A foreign token of somebody, alive as long as any issuer may say."""
        issuer = {"alice": "people", "impostor": "globex", "shared": "platform"}.get(name, "agents")
        extra: dict[str, Any] = {"team": "sales"} if name == "alice" else {}
        return subject_token(**{"iss": URLS[issuer], "sub": name, **extra, **changes})

    def post(self, subject: str, actor: str | None = None, /, **changes: Json) -> HttpResponse:
        """Tokens, not names."""
        acting: dict[str, Json] = {} if actor is None else {"actor_token": actor, "actor_token_type": JWT}
        return self.world.post(subject, **{"audience": "tools", **acting, **changes})

    def exchange(self, subject: str, actor: str | None = None, /, **changes: Json) -> str:
        """The token that must come of it."""
        response = self.post(subject, actor, **changes)
        assert response.status == 200, body(response)
        return str(body(response)["access_token"])

    def released(self) -> set[str]:
        """The jti of every token that left."""
        return self.world.ledger.records.keys() - self.world.ledger.discarded.keys()

    def delegated(self, *actors: str, **changes: Json) -> str:
        """A token for Alice behind whom these act, one after the other."""
        token = self.token("alice")
        for actor in actors:
            token = self.exchange(token, self.token(actor), **changes)
        return token


@contextmanager
def delegation() -> Iterator[Delegation]:
    with bridge() as world:
        yield Delegation(world)


def payload(token: str) -> str:
    """The JSON text of a token's claims."""
    text = token.split(".")[1]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(payload(token))
    return claims
