"""What a plan says is what happens: real exchanges before and after each edit, beside what was told of it (issue 6)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pytest

from federation.documents.document_set import Planned
from federation.insight.effects.plan import AuditedIdentities, PlanEffects
from federation.insight.snapshot.loading import TrustLoader
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import TokenType
from tests.support.attacked_bridge import Attacked, attacked, by_assertion, issued_claims
from tests.support.client_world import GATEWAY, by_key
from tests.support.exchange_world import AUDIENCE, BRIDGE, ISSUER, MAPPING, body
from tests.support.fake_audit_records import FakeAuditRecords

Document: TypeAlias = dict[str, Json]
Right: TypeAlias = tuple[str, str | None, str, str]

LEDGER: Document = {"kind": "Audience", "id": "ledger", "environment": "prod", "scopes": ["book:read"]}
ACTORS: Document = {"kind": "Audience", "id": "bridge", "resource": BRIDGE, "environment": "prod", "scopes": ["act"]}
SCOPES = {"risk-engine": ("risk:read", "risk:write"), "ledger": ("book:read",), "bridge": ("act",)}


def _grants(*audiences: str) -> list[Json]:
    return [{"audience": name, "scopes": list(SCOPES[name])} for name in audiences]


WORKER: Document = {**MAPPING, "may_act": ["agent/*"], "grants": _grants("risk-engine", "ledger", "bridge")}
AGENT: Document = {
    **MAPPING,
    "id": "planner",
    "match": {"sub": "planner"},
    "principal": "agent/planner",
    "grants": _grants("bridge"),
}
CLIENT: Document = {
    "kind": "Client",
    "id": GATEWAY,
    "tenant": "acme",
    "auth": by_key(),
    "audiences": ["risk-engine", "ledger"],
    "scopes": ["risk:read", "book:read"],
    "grants": ["token-exchange", "client-credentials"],
    "sender_constraint": "dpop",
}
ELSEWHERE = "https://idp.else.example.com"


def _policy(cedar: str) -> Document:
    return {"kind": "Policy", "id": "edited", "cedar": cedar}


EDITS: dict[str, Document] = {
    "the issuer's URL": {**ISSUER, "issuer": ELSEWHERE},
    "the issuer off": {**ISSUER, "enabled": False},
    "the issuer's tenant": {**ISSUER, "tenant": "globex"},
    "the mapping's grants": {**WORKER, "grants": _grants("ledger")},
    "the mapping's principal": {**WORKER, "principal": "partner/acme/other"},
    "the mapping's actors": {**WORKER, "may_act": []},
    "the actor off": {**AGENT, "enabled": False},
    "an audience's scopes": {**AUDIENCE, "scopes": ["risk:write"]},
    "an audience's lifetime": {**AUDIENCE, "max_ttl": "30s"},
    "an audience off": {**ACTORS, "enabled": False},
    "the client off": {**CLIENT, "enabled": False},
    "the client's scopes": {**CLIENT, "scopes": ["risk:write", "book:read"]},
    "the client not for itself": {**CLIENT, "grants": ["token-exchange"]},
    "a prohibition": _policy("forbid (principal, action, resource);"),
    "a prohibition to delegate": _policy('forbid (principal, action == Action::"delegate", resource);'),
    "a shorter life": _policy('@max_ttl("40s") permit (principal, action, resource == Audience::"risk-engine");'),
}


class World:
    """A worker, an agent that acts for it, and a client."""

    def __init__(self, bridge: Attacked) -> None:
        self.bridge = bridge
        bridge.let_impersonate()
        for document in (LEDGER, ACTORS, WORKER, AGENT, CLIENT):
            self.write(document)
        self.ours = bridge.token(bridge.foreign(), audience="bridge", scope="act")
        bridge.world.ledger.records.clear()  # as if its root were no longer among those who are looked at
        acting = {"actor_token_type": TokenType.JWT.value}
        self.asking: dict[str, Callable[..., HttpResponse]] = {
            "a worker": lambda **asked: bridge.post(bridge.foreign(), **asked),
            "an agent": lambda **asked: bridge.post(
                bridge.foreign(), actor_token=bridge.foreign(sub="planner"), **acting, **asked
            ),
            "a worker's client": lambda **asked: bridge.post(
                bridge.foreign(), bridge.proving(), **by_assertion(jti=bridge.name("a")), **asked
            ),
            "a client for itself": lambda **asked: bridge.for_itself(
                bridge.proving(), **by_assertion(jti=bridge.name("a")), **asked
            ),
            "one of our tokens": lambda **asked: bridge.post(self.ours, **asked),
            "an agent with one of our tokens": lambda **asked: bridge.post(
                self.ours, actor_token=bridge.foreign(sub="planner"), **acting, **asked
            ),
        }

    def write(self, document: JsonObject) -> None:
        match: Any = document.get("match")
        self.bridge.world.write(dict(document), Selector("sub", match["sub"]) if match else None)

    def rights(self, who: str) -> dict[Right, int]:
        """What they get, each scope asked for by itself, and for how many seconds."""
        return dict(self._rights(self.asking[who]))

    def _rights(self, ask: Callable[..., HttpResponse]) -> Iterator[tuple[Right, int]]:
        for audience, scopes in SCOPES.items():
            for scope in scopes:
                answer = ask(audience=audience, scope=scope)
                if answer.status == 200:
                    claims = issued_claims(answer)
                    yield (claims["sub"], claims.get("tenant"), audience, scope), int(body(answer)["expires_in"])

    def told(self, document: JsonObject) -> list[Any]:
        """What the plan says."""
        world, ref = self.bridge.world, DocumentRef(Kind(str(document["kind"])), str(document["id"]))
        loader = TrustLoader(world.trust, world.trust, world.trust, world.trust, BRIDGE)
        seen = AuditedIdentities(FakeAuditRecords(world.ledger), world.clock)
        plan = [Planned(ref, document, world.trust.states([ref])[ref])]
        return list(PlanEffects(loader, seen, world.clock)(plan).effects)


@pytest.fixture
def world() -> Iterator[World]:
    with attacked() as bridge:
        yield World(bridge)


WHO = (
    *("a worker", "an agent", "a worker's client", "a client for itself"),
    *("one of our tokens", "an agent with one of our tokens"),
)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("edit", EDITS)
def test_O_whose_exchanges_come_out_otherwise_is_told_by_the_plan_and_nobody_else(
    world: World, who: str, edit: str
) -> None:
    before = world.rights(who)
    assert before
    told = _seen(world.told(EDITS[edit]))
    world.write(EDITS[edit])
    after = world.rights(who)
    happened = {
        right: (before.get(right), after.get(right))
        for right in before.keys() | after.keys()
        if before.get(right) != after.get(right)
    }
    assert told == happened


def _seen(effects: list[Any]) -> dict[Right, tuple[int | None, int | None]]:
    """Of those who were seen: the lifetime before and after."""
    return {
        (one["principal"], one["tenant"], one["audience"], scope): (_life(one["before"]), _life(one["after"]))
        for one in effects
        if one.get("observed")
        for scope in one["scopes"]
    }


def _life(terms: Mapping[str, int] | None) -> int | None:
    return terms["lifetime"] if terms else None


def _summary(effects: list[Any]) -> set[tuple[str, str, str, int]]:
    return {
        (
            "+" if one["before"] is None else "-",
            one["principal"],
            " ".join([one["audience"], *one["scopes"]]),
            one["observed"],
        )
        for one in effects
    }


def test_O_an_issuer_of_another_name_lets_in_others_by_every_rule_and_that_is_told(world: World) -> None:
    world.rights("a worker")
    told = _summary(world.told({**ISSUER, "issuer": ELSEWHERE}))
    assert {
        ("-", "partner/acme/sync", "risk-engine risk:read risk:write", 1),
        ("+", "partner/acme/sync", "risk-engine risk:read risk:write", 0),
        ("-", "agent/planner", "bridge act", 0),
        ("+", "agent/planner", "bridge act", 0),
    } <= told


def test_O_a_client_that_may_ask_for_itself_is_told_of_before_anybody_has_seen_it(world: World) -> None:
    told = _summary(world.told({**CLIENT, "id": "robot", "scopes": ["risk:read"]}))
    assert told == {("+", "client/robot", "risk-engine risk:read", 0)}
    assert world.told({**CLIENT, "id": "robot", "grants": ["token-exchange"]}) == []
