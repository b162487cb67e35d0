"""No sequence of exchanges and edits makes more of a token than its root was (ATTACKS invariants 1-3, 6, 20, 28)."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from federation.model.json import Json
from tests.support.delegation_world import (
    ALICE,
    AUDIENCES,
    Delegation,
    alice,
    claims_of,
    delegation,
    issuer_document,
    planner,
    tool,
)
from tests.support.exchange_world import body

PEOPLE = ("tool-1", "tool-2", "tool-3", "tool-4", "planner", "shared", "impostor", "alice")
PRINCIPALS = {
    "alice": "user/acme/alice",
    "planner": "agent/planner",
    "shared": "agent/shared",
    "impostor": "agent/planner",
    **{f"tool-{number}": f"tool/{number}" for number in range(1, 6)},
}
ANYBODY: list[Json] = ["*/*", "*/*/*"]
MAPPINGS = {
    "alice": alice(may_act=ANYBODY),
    "planner": planner(may_act=ANYBODY),
    **{f"tool-{number}": tool(number, may_act=ANYBODY) for number in range(1, 5)},
}
SCOPES = ("cal:read", "cal:write", "mail:send", "act")
GLOBS = ("agent/*", "tool/*", "agent/planner", "tool/1", "user/acme/*", "*/*", "*")
# What works comes first and often: a machine that is mostly refused sees little.
audiences = st.sampled_from(["tools", "calendar", *sorted(AUDIENCES)])
scopes = st.sampled_from(["cal:read", None, "cal:read cal:write", "cal:write", "mail:send", "act", "cal:read act"])


@dataclass(frozen=True)
class Held:
    """A token that left, and the one it was made from."""

    token: str
    claims: dict[str, Any]
    root_scopes: frozenset[str]
    root_exp: int
    acting: tuple[str, ...]


def actors(claims: dict[str, Any]) -> tuple[str, ...]:
    names, act = [], claims.get("act")
    while act:
        names.append(act["sub"])
        act = act.get("act")
    return tuple(names)


class Chains(RuleBasedStateMachine):
    """Alice's tokens, handed on."""

    tokens: Bundle[Held] = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.world: Delegation = self.stack.enter_context(delegation())
        self.disabled: set[str] = set()
        self.no_issuer: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(target=tokens, scope=st.sampled_from(["cal:read", "cal:write", "cal:read cal:write"]))
    def first(self, scope: str) -> Held:
        for mapping in MAPPINGS.values():
            self.world.write(mapping)
        return self._root(self.world.delegated("planner", scope=scope))

    @rule(target=tokens, actor=st.none() | st.sampled_from(PEOPLE), audience=audiences, scope=scopes)
    def start(self, actor: str | None, audience: str, scope: str | None) -> Any:  # noqa: ANN401  (Held or nothing)
        """Alice's identity provider vouches for her."""
        response = self._post(self._foreign("alice"), actor, audience, scope)
        if response is None:
            return multiple()
        assert "alice" not in self.disabled
        assert "people" not in self.no_issuer
        held = self._root(response)
        assert actors(held.claims) == ((PRINCIPALS[actor],) if actor else ())
        return held

    @rule(target=tokens, held=tokens, actor=st.sampled_from(PEOPLE), audience=audiences, scope=scopes)
    def hand_on(self, held: Held, actor: str, audience: str, scope: str | None) -> Any:  # noqa: ANN401  (as above)
        return self._hand_on(held, actor, audience, scope)

    def _hand_on(self, held: Held, actor: str, audience: str, scope: str | None) -> Any:  # noqa: ANN401  (as above)
        response = self._post(held.token, actor, audience, scope)
        if response is None:
            return multiple()
        made = claims_of(response)
        self._check_narrower(held, made)
        assert actors(made) == (PRINCIPALS[actor], *actors(held.claims))
        assert made["act"].get("act") == held.claims.get("act")
        assert made["client_id"] == PRINCIPALS[actor]
        assert actor not in self.disabled | {"alice"}
        assert actor == "shared" or made["tenant"] == ("globex" if actor == "impostor" else "acme")
        assert scope is None or made["scope"] == scope
        return Held(response, made, held.root_scopes, held.root_exp, actors(made))

    @rule(target=tokens, held=tokens, actor=st.sampled_from(PEOPLE[:4]))
    def hand_on_as_it_is(self, held: Held, actor: str) -> Any:  # noqa: ANN401  (as above)
        return self._hand_on(held, actor, held.claims["aud"], held.claims["scope"])

    @rule(held=tokens, audience=audiences, scope=scopes)
    def leave_the_actor_out(self, held: Held, audience: str, scope: str | None) -> None:
        assert self._post(held.token, None, audience, scope) is None

    @rule(held=tokens, subject=st.sampled_from(PEOPLE), audience=audiences)
    def act_with_a_token_that_somebody_sent_us(self, held: Held, subject: str, audience: str) -> None:
        response = self.world.post(self._foreign(subject), held.token, audience=audience)
        assert response.status == 400 or set(_list(held.claims["aud"])) == {"bridge"}

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """One rule, so that there are more exchanges than edits."""
        edits = (self.may_act, self.grants, self.switch_a_mapping, self.switch_an_issuer, self.move_alices_issuer)
        data.draw(st.sampled_from(edits))(data)

    def may_act(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(MAPPINGS)))
        globs = data.draw(st.lists(st.sampled_from(GLOBS), max_size=2))
        self.world.write({**MAPPINGS[name], "may_act": globs, "enabled": name not in self.disabled})

    def grants(self, data: st.DataObject) -> None:
        """Wider or narrower than before: a token that left has nothing of it."""
        scope = data.draw(st.sampled_from(SCOPES))
        grants: list[Json] = [{"audience": name, "scopes": [*ALICE.get(name, ()), scope]} for name in AUDIENCES]
        self.world.write({**MAPPINGS["alice"], "grants": grants, "enabled": "alice" not in self.disabled})

    def switch_a_mapping(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(MAPPINGS)))
        self.disabled ^= {name}
        self.world.write({**MAPPINGS[name], "enabled": name not in self.disabled})

    def switch_an_issuer(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(["people", "agents"]))
        self.no_issuer ^= {name}
        self.world.write(issuer_document(name, enabled=name not in self.no_issuer))

    def move_alices_issuer(self, data: st.DataObject) -> None:
        tenant = data.draw(st.sampled_from(["globex", "acme"]))
        self.world.write(issuer_document("people", tenant=tenant, enabled="people" not in self.no_issuer))

    @rule(seconds=st.sampled_from([1, 20, 100]))
    def time_passes(self, seconds: int) -> None:
        self.world.world.clock.advance(seconds)

    @invariant()
    def every_token_that_left_has_one_record(self) -> None:
        records = self.world.world.ledger.records
        assert all(records[jti]["outcome"] == "allow" for jti in self.world.released())

    def _check_narrower(self, held: Held, made: dict[str, Any]) -> None:
        before = held.claims
        assert set(made["scope"].split()) <= set(before["scope"].split()) <= held.root_scopes
        assert self.world.world.clock.now() < made["exp"] <= before["exp"] <= held.root_exp
        assert [made.get(name) for name in ("sub", "tenant", "env", "txn")] == [
            before.get(name) for name in ("sub", "tenant", "env", "txn")
        ]
        assert made.get("ctx", {}).items() <= before.get("ctx", {}).items()
        assert made["fed"]["iss"] == before["fed"]["iss"]
        assert AUDIENCES[made["aud"]].get("tenant") in (None, before.get("tenant"))
        assert len(actors(made)) <= 4
        assert len(set(actors(made)) | {made["sub"]}) == len(actors(made)) + 1
        assert "alice" not in self.disabled
        assert "people" not in self.no_issuer

    def _root(self, token: str) -> Held:
        claims = claims_of(token)
        return Held(token, claims, frozenset(claims["scope"].split()), claims["exp"], actors(claims))

    def _foreign(self, name: str) -> str:
        now = int(self.world.world.clock.now())
        return self.world.token(name, iat=now, exp=now + 250)

    def _post(self, subject: str, actor: str | None, audience: str, scope: str | None) -> str | None:
        acting = None if actor is None else self._foreign(actor)
        response = self.world.post(subject, acting, audience=audience, scope=scope)
        assert response.status in (200, 400), body(response)
        return str(body(response)["access_token"]) if response.status == 200 else None


def _list(aud: str | list[str]) -> list[str]:
    return aud if isinstance(aud, list) else [aud]


TestChains = Chains.TestCase
TestChains.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
