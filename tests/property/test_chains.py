"""No sequence of exchanges and edits makes more of a token than its root was (ATTACKS invariants 1-3, 6, 7, 20, 28)."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from tests.support.bound_world import NEW, OLD, Bound, bound_delegation
from tests.support.chain_moves import (
    CLIENT,
    DETAILED,
    GLOBS,
    IMPERSONATE,
    KINDS,
    MAPPINGS,
    PEOPLE,
    PRINCIPALS,
    REFUND,
    SCOPES,
    How,
    audiences,
    granted,
    honest,
    hows,
    scopes,
)
from tests.support.delegation_world import AUDIENCES, Delegation, claims_of, issuer_document
from tests.support.dpop import jkt
from tests.support.exchange_world import body
from tests.support.jose_keys import JoseKey


@dataclass(frozen=True)
class Held:
    """A token that left, and the one it was made from."""

    token: str
    claims: dict[str, Any]
    root_scopes: frozenset[str]
    root_exp: int
    acting: tuple[str, ...]
    key: JoseKey | None


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
        self.bound: Bound = self.stack.enter_context(bound_delegation())
        self.world: Delegation = self.bound.world
        self.impersonation = False
        self.client_scopes: tuple[str, ...] = ("cal:read",)
        self.disabled: set[str] = set()
        self.no_issuer: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(target=tokens, scope=st.sampled_from(["cal:read", "cal:write", "cal:read cal:write"]))
    def first(self, scope: str) -> Held:
        for mapping in MAPPINGS.values():
            self.world.write(mapping)
        for name in DETAILED:
            self.world.write({"kind": "Audience", "id": name, **AUDIENCES[name], "authorization_details": KINDS})
        self.world.write(CLIENT)
        self.switch_impersonation(None)
        return self._root(self.world.delegated("planner", scope=scope), None)

    @rule(target=tokens, actor=st.none() | st.sampled_from(PEOPLE), audience=audiences, scope=scopes, how=hows)
    def start(self, actor: str | None, audience: str, scope: str | None, how: How) -> Any:  # noqa: ANN401  (or nothing)
        return self._start(actor, audience, scope, how)

    @rule(
        target=tokens,
        actor=st.sampled_from([None, "planner", "tool-1"]),
        audience=st.sampled_from(DETAILED),
        how=honest,
    )
    def start_well(self, actor: str | None, audience: str, how: How) -> Any:  # noqa: ANN401  (as above)
        return self._start(actor, audience, "cal:read", how)

    def _start(self, actor: str | None, audience: str, scope: str | None, how: How) -> Any:  # noqa: ANN401  (as above)
        """Alice's identity provider vouches for her."""
        response = self._post(self._foreign("alice"), actor, audience, scope, how)
        if response is None:
            return multiple()
        assert "alice" not in self.disabled
        assert "people" not in self.no_issuer
        held = self._root(response, how.key)
        assert actors(held.claims) == ((PRINCIPALS[actor],) if actor else ())
        assert held.claims.get("authorization_details", []) == list(how.details)
        self._check_caller(held.claims, actor, how)
        return held

    @rule(target=tokens, held=tokens, actor=st.sampled_from(PEOPLE), audience=audiences, scope=scopes, how=hows)
    def hand_on(self, held: Held, actor: str, audience: str, scope: str | None, how: How) -> Any:  # noqa: ANN401  (as above)
        return self._hand_on(held, actor, audience, scope, how)

    def _hand_on(self, held: Held, actor: str | None, audience: str, scope: str | None, how: How) -> Any:  # noqa: ANN401  (as above)
        response = self._post(held.token, actor, audience, scope, how, held.key)
        if response is None:
            return multiple()
        made = claims_of(response)
        self._check_narrower(held, made)
        self._check_key(held, how)
        self._check_caller(made, actor, how)
        if actor is None:
            assert self.impersonation
            assert how.client or "client" not in held.claims["fed"]
            assert made.get("act") == held.claims.get("act")
        else:
            assert actors(made) == (PRINCIPALS[actor], *actors(held.claims))
            assert made["act"].get("act") == held.claims.get("act")
            assert actor not in self.disabled | {"alice"}
            assert actor == "shared" or made["tenant"] == ("globex" if actor == "impostor" else "acme")
        assert scope is None or made["scope"] == scope
        return Held(response, made, held.root_scopes, held.root_exp, actors(made), how.key)

    @rule(
        target=tokens,
        held=tokens,
        actor=st.sampled_from(PEOPLE[:4]) | st.none(),
        key=st.sampled_from([None, OLD, NEW]),
        client=st.booleans(),
        details=st.sampled_from([(), (REFUND,)]),
    )
    def hand_on_as_it_is(
        self, held: Held, actor: str | None, key: JoseKey | None, details: tuple[Json, ...], *, client: bool
    ) -> Any:  # noqa: ANN401  (as above)
        """With another key, in a client's hands, or for less: what honest callers do."""
        purposes = details if "authorization_details" in held.claims else ()
        how = How(key or held.key, vouched=True, client=client, details=purposes)
        return self._hand_on(held, actor, held.claims["aud"], held.claims["scope"], how)

    @rule(target=tokens, held=tokens, audience=audiences, scope=scopes, how=hows)
    def leave_the_actor_out(self, held: Held, audience: str, scope: str | None, how: How) -> Any:  # noqa: ANN401  (as above)
        return self._hand_on(held, None, audience, scope, how)

    @rule(held=tokens, subject=st.sampled_from(PEOPLE), audience=audiences)
    def act_with_a_token_that_somebody_sent_us(self, held: Held, subject: str, audience: str) -> None:
        response = self.world.post(self._foreign(subject), held.token, audience=audience)
        assert response.status == 400 or set(_list(held.claims["aud"])) == {"bridge"}

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """One rule, so that there are more exchanges than edits."""
        edits = (
            *(self.may_act, self.grants, self.switch_a_mapping, self.switch_an_issuer, self.move_alices_issuer),
            *(self.switch_impersonation, self.narrow_the_client),
        )
        data.draw(st.sampled_from(edits))(data)

    def may_act(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(MAPPINGS)))
        globs = data.draw(st.lists(st.sampled_from(GLOBS), max_size=2))
        self.world.write({**MAPPINGS[name], "may_act": globs, "enabled": name not in self.disabled})

    def grants(self, data: st.DataObject) -> None:
        """Wider or narrower than before: a token that left has nothing of it."""
        scope = data.draw(st.sampled_from(SCOPES))
        self.world.write({**MAPPINGS["alice"], "grants": granted(scope), "enabled": "alice" not in self.disabled})

    def switch_impersonation(self, _: object) -> None:
        """What is permitted is forgotten as fast as what is forbidden: the commit sees to that."""
        self.impersonation = not self.impersonation
        if self.impersonation:
            self.world.write(IMPERSONATE)
        else:
            ref = DocumentRef(Kind.POLICY, "impersonate")
            self.world.world.trust.delete(ref, self.world.world.trust.next_version(ref) - 1)

    def narrow_the_client(self, data: st.DataObject) -> None:
        self.client_scopes = data.draw(st.sampled_from([("cal:read",), ("cal:read", "cal:write"), ("act",)]))
        self.world.write({**CLIENT, "scopes": list(self.client_scopes)})

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
        assert [link["jti"] for link in made["fed"]["chain"]] == [
            *(link["jti"] for link in before["fed"].get("chain", ())),
            before["jti"],
        ]
        self._check_details(before.get("authorization_details", []), made.get("authorization_details", []))
        assert AUDIENCES[made["aud"]].get("tenant") in (None, before.get("tenant"))
        assert len(actors(made)) <= 4
        assert len(set(actors(made)) | {made["sub"]}) == len(actors(made)) + 1
        assert "alice" not in self.disabled
        assert "people" not in self.no_issuer

    def _check_details(self, before: list[JsonObject], made: list[JsonObject]) -> None:
        """Each is within one that was there; none is gained, and none is lost but for another."""
        assert bool(made) is bool(before)
        assert all(any(_within(detail, parent) for parent in before) for detail in made)

    def _check_key(self, held: Held, how: How) -> None:
        assert held.key is None or how.key is held.key or (how.key is not None and how.vouched)

    def _check_caller(self, made: dict[str, Any], actor: str | None, how: How) -> None:
        assert actor is None or made["exp"] <= self.world.world.clock.now() + how.lasting
        cnf = {"jkt": jkt(how.key)} if how.key else None
        assert made.get("cnf") == cnf
        if how.client:
            assert (made["client_id"], made["tenant"]) == ("gateway", "acme")
            assert cnf is not None
            assert set(made["scope"].split()) <= set(self.client_scopes)
            assert made["aud"] in {"tools", "calendar"}
        elif actor is not None:
            assert made["client_id"] == PRINCIPALS[actor]

    def _root(self, token: str, key: JoseKey | None) -> Held:
        claims = claims_of(token)
        return Held(token, claims, frozenset(claims["scope"].split()), claims["exp"], actors(claims), key)

    def _foreign(self, name: str, lasting: int = 250) -> str:
        now = int(self.world.world.clock.now())
        return self.world.token(name, iat=now, exp=now + lasting)

    def _post(
        self,
        subject: str,
        actor: str | None,
        audience: str,
        scope: str | None,
        how: How,
        old: JoseKey | None = None,
    ) -> str | None:
        acting = None if actor is None else self._foreign(actor, how.lasting)
        more: dict[str, Json] = {"client_id": "gateway"} if how.client else {}
        if how.details:
            more["authorization_details"] = json.dumps(how.details)
        if how.vouched and old is not None and how.key is not None and how.key is not old:
            more["subject_token_proof"] = self.bound.vouched(subject, old, how.key)
        response = self.bound.post(how.key, subject, acting, audience=audience, scope=scope, **more)
        # A public client without its proof is none: it is answered like an id that no client has.
        unproven = (401,) if how.client and how.key is None else ()
        assert response.status in (200, 400, *unproven), body(response)
        return str(body(response)["access_token"]) if response.status == 200 else None


def _within(detail: JsonObject, parent: JsonObject) -> bool:
    return detail.keys() == parent.keys() and all(set(_list(detail[one])) <= set(_list(parent[one])) for one in detail)


def _list(value: Any) -> list[str]:  # noqa: ANN401  (a text or a list)
    return value if isinstance(value, list) else [value]


TestChains = Chains.TestCase
TestChains.settings = settings(
    max_examples=50, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
