"""Delegation: chains are proven link by link, only grow, and are never shed (ATTACKS H)."""

import json
from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind
from tests.support.delegation_world import (
    Delegation,
    alice,
    claims_of,
    delegation,
    issuer_document,
    mapping_document,
    payload,
    planner,
    tool,
)
from tests.support.exchange_world import BRIDGE, NOW, body, reason
from tests.support.jose_keys import rsa_key

ACT = '"act":'


@pytest.fixture
def world() -> Iterator[Delegation]:
    with delegation() as made:
        yield made


def assert_refused(world: Delegation, subject: str, actor: str | None, expected: str, **changes: Json) -> None:
    """An invalid_request with one record, and nothing signed."""
    signed = len(world.world.signer.signed)
    assert_stopped(world, subject, actor, expected, **changes)
    assert len(world.world.signer.signed) == signed


def assert_stopped(world: Delegation, subject: str, actor: str | None, expected: str, **changes: Json) -> None:
    """An invalid_request with one record, and nothing released, even where only the commit can notice."""
    released, logged = world.released(), len(world.world.log.entries)
    response = world.post(subject, actor, **changes)
    assert (response.status, body(response)["error"], reason(response)) == (400, "invalid_request", expected)
    assert world.released() == released
    assert [entry["reason"] for entry in world.world.log.entries[logged:]] == [expected]


def test_H1_an_act_or_may_act_of_a_foreign_token_is_never_copied(world: Delegation) -> None:
    foreign = world.token("alice", act={"sub": "agent/admin"}, may_act={"sub": "tool/1"})
    assert "act" not in claims_of(world.exchange(foreign))
    claims = claims_of(world.exchange(foreign, world.token("planner")))
    assert claims["act"] == {"sub": "agent/planner"}
    assert_refused(world, foreign, world.token("tool-1"), "actor_not_permitted")


def test_H1_the_new_act_is_the_mapped_principal_of_the_verified_actor(world: Delegation) -> None:
    actor = world.token("planner", name="somebody else", client_id="other")
    claims = claims_of(world.exchange(world.token("alice"), actor))
    assert claims["act"] == {"sub": "agent/planner"}
    assert (claims["sub"], claims["client_id"]) == ("user/acme/alice", "agent/planner")
    assert claims["fed"]["actor"] == "planner@1"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": NOW - 100}, "token_expired"),
        ({"aud": "https://somebody-else.example.com"}, "wrong_audience"),
        ({"iss": "https://stranger.example.com"}, "untrusted_issuer"),
        ({"sub": "stranger"}, "no_mapping"),
        ({"key": rsa_key("rsa-2")}, "unknown_key"),
    ],
)
def test_H2_an_unusable_actor_token_is_refused_and_never_dropped(
    world: Delegation, changes: dict[str, Json], expected: str
) -> None:
    assert_refused(world, world.token("alice"), world.token("planner", **changes), expected)


@pytest.mark.parametrize("actor", ["garbage", "a.b.c", "x" * 20_000])
def test_H2_what_is_no_token_is_no_actor(world: Delegation, actor: str) -> None:
    assert body(world.post(world.token("alice"), actor))["error"] == "invalid_request"


def test_H3_with_an_unusable_subject_token_the_actor_gets_nothing_for_itself(world: Delegation) -> None:
    for subject, expected in (
        (world.token("alice", exp=NOW - 100), "token_expired"),
        (world.token("nobody"), "no_mapping"),
        ("garbage", "malformed_token"),
    ):
        assert_refused(world, subject, world.token("planner"), expected)


def test_H4_an_actor_that_may_act_does_not_name_is_refused(world: Delegation) -> None:
    world.write(alice(may_act=["agent/other"]))
    assert_refused(world, world.token("alice"), world.token("planner"), "actor_not_permitted")


@pytest.mark.parametrize("globs", [[], ["agent"], ["agent/"], ["agent/plan"], ["*"], ["AGENT/*"], ["agent/planner/*"]])
def test_H4_may_act_is_matched_whole_and_a_star_never_crosses_a_slash(world: Delegation, globs: list[Json]) -> None:
    world.write(alice(may_act=globs))
    assert_refused(world, world.token("alice"), world.token("planner"), "actor_not_permitted")


def test_H4_an_actor_of_the_same_name_in_another_tenant_is_refused(world: Delegation) -> None:
    """Both mappings yield `agent/planner`; their issuers belong to different tenants."""
    assert_refused(world, world.token("alice"), world.token("impostor"), "actor_not_permitted")
    assert claims_of(world.delegated("shared"))["act"] == {"sub": "agent/shared"}


def test_H4_whoever_holds_the_token_says_who_may_act_next(world: Delegation) -> None:
    """Alice never named a tool, the agent did; and the agent's friends are not the tool's."""
    token = world.delegated("planner")
    assert claims_of(world.exchange(token, world.token("tool-1")))["act"]["sub"] == "tool/1"
    world.write(tool(1, may_act=[]))
    assert_refused(world, world.delegated("planner", "tool-1"), world.token("tool-2"), "actor_not_permitted")
    assert_refused(world, token, world.token("shared"), "actor_not_permitted")


def test_H4_may_act_counts_as_it_stands_now(world: Delegation) -> None:
    token = world.delegated("planner")
    world.write(planner(may_act=["tool/2"]))
    assert_stopped(world, token, world.token("tool-1"), "actor_not_permitted")
    assert world.post(token, world.token("tool-2")).status == 200


def test_H5_a_chain_grows_by_exactly_one_and_its_inner_part_stays_as_it_was(world: Delegation) -> None:
    token = world.delegated("planner")
    for number in (1, 2, 3):
        longer = world.exchange(token, world.token(f"tool-{number}"))
        inner = payload(token).partition(ACT)[2]
        inner = inner[: inner.index("}" * json.dumps(claims_of(token)["act"]).count("{")) + number]
        assert payload(longer).count(ACT) == payload(token).count(ACT) + 1
        assert f'{ACT}{{"sub":"tool/{number}",{ACT}{inner}}}' in payload(longer)
        token = longer


def test_H5_a_fifth_actor_is_refused(world: Delegation) -> None:
    token = world.delegated("planner", "tool-1", "tool-2", "tool-3")
    assert payload(token).count(ACT) == 4
    assert_refused(world, token, world.token("tool-4"), "chain_too_long")


@pytest.mark.parametrize("again", ["tool-1", "tool-2"])
def test_H5_an_actor_acts_once_in_a_chain(world: Delegation, again: str) -> None:
    assert_refused(world, world.delegated("planner", "tool-1", "tool-2"), world.token(again), "chain_cycle")


def test_H5_nobody_acts_for_themselves(world: Delegation) -> None:
    world.write(alice(may_act=["user/acme/*", "agent/*"]))
    assert_refused(world, world.token("alice"), world.token("alice"), "chain_cycle")
    world.write(planner(may_act=["user/acme/*"]))
    assert_refused(world, world.delegated("planner"), world.token("alice"), "chain_cycle")


def test_H6_only_the_current_actor_counts_nested_ones_permit_nothing(world: Delegation) -> None:
    """The agent, deep in the chain, could bring tool 2; the tool in front cannot."""
    world.write(tool(1, may_act=["tool/3"]))
    token = world.delegated("planner", "tool-1")
    assert_refused(world, token, world.token("tool-2"), "actor_not_permitted")
    claims = claims_of(world.exchange(token, world.token("tool-3")))
    assert (claims["client_id"], claims["act"]["sub"]) == ("tool/3", "tool/3")


@pytest.mark.parametrize("cnf", [{"jkt": "thumbprint"}, {"x5t#S256": "thumbprint"}, {}, None])
@pytest.mark.parametrize("bound", ["alice", "planner"])
def test_H7_a_bound_token_without_proof_is_refused(world: Delegation, bound: str, cnf: Json) -> None:
    tokens = {name: world.token(name, **({"cnf": cnf} if name == bound else {})) for name in ("alice", "planner")}
    assert_refused(world, tokens["alice"], tokens["planner"], "proof_required")


def test_H8_whoever_got_hold_of_a_token_cannot_exchange_it_without_an_edge(world: Delegation) -> None:
    direct = world.exchange(world.token("alice"))
    assert_refused(world, direct, None, "actor_required")
    assert_refused(world, direct, world.token("tool-1"), "actor_not_permitted")
    assert_refused(world, world.delegated("planner"), world.token("shared"), "actor_not_permitted")
    assert world.post(direct, world.token("planner")).status == 200


def test_H8_a_service_cannot_act_with_the_tokens_of_its_callers(world: Delegation) -> None:
    """The agent called `tools` with a token of its own; only one for the bridge itself proves who acts here."""
    world.write(
        planner(grants=[{"audience": one, "scopes": [s]} for one, s in (("tools", "cal:read"), ("bridge", "act"))])
    )
    for_tools = world.exchange(world.token("planner"))
    for_bridge = world.exchange(world.token("planner"), audience="bridge")
    for_both = world.world.post(world.token("planner"), audience=["bridge", "tools"], scope="act")
    assert_refused(world, world.token("alice"), for_tools, "wrong_audience")
    assert for_both.status == 400
    delegated = world.exchange(world.token("alice"), for_bridge, audience="calendar")
    assert claims_of(delegated)["act"] == {"sub": "agent/planner"}


def test_H8_a_token_that_somebody_acts_with_is_no_actor_token(world: Delegation) -> None:
    world.write(planner(may_act=["tool/*"], grants=[{"audience": "bridge", "scopes": ["act"]}]))
    acted_for = world.exchange(world.token("planner"), world.token("tool-1"), audience="bridge")
    assert_refused(world, world.token("alice"), acted_for, "actor_not_permitted")
    assert_refused(world, world.token("alice"), world.token("planner", act={"sub": "x"}), "actor_not_permitted")


@pytest.mark.parametrize("actors", [(), ("planner",), ("planner", "tool-1")])
@pytest.mark.parametrize("token_type", ["access_token", "jwt"])
def test_H9_leaving_the_actor_out_yields_nothing_however_the_request_is_phrased(
    world: Delegation, actors: tuple[str, ...], token_type: str
) -> None:
    token = world.delegated(*actors) if actors else world.exchange(world.token("alice"))
    declared: dict[str, Json] = {"subject_token_type": f"urn:ietf:params:oauth:token-type:{token_type}"}
    assert_refused(world, token, None, "actor_required", **declared)
    for audience in ("calendar", "lab"):
        assert_refused(world, token, None, "actor_required", audience=audience, **declared)


def test_H9_another_tenants_permit_changes_nothing_not_even_the_refusal(world: Delegation) -> None:
    token = world.delegated("planner")
    permit = 'permit (principal, action == Action::"impersonate", resource);'
    world.world.write({"kind": "Policy", "id": "theirs", "tenant": "globex", "cedar": permit})
    assert_refused(world, token, None, "actor_required")
    assert_refused(world, token, None, "actor_required", audience="nowhere")


def test_H9_ours_is_an_access_token_and_nothing_else(world: Delegation) -> None:
    token = world.delegated("planner")
    id_token = "urn:ietf:params:oauth:token-type:id_token"
    assert_refused(world, token, world.token("tool-1"), "wrong_token_typ", subject_token_type=id_token)


def test_H9_a_document_that_names_our_own_url_changes_nothing(world: Delegation) -> None:
    """Provenance is decided by iss: a document cannot make our tokens foreign ones."""
    world.write(issuer_document("platform", issuer=BRIDGE, audiences=["tools"]))
    world.write(mapping_document("user/acme/alice", "platform", "root"))
    assert_refused(world, world.delegated("planner"), None, "actor_required")


@pytest.mark.parametrize("mapping", [alice(), planner(), tool(1)], ids=["root", "holder", "actor"])
def test_H_a_disabled_mapping_or_issuer_stops_the_chain_at_once(world: Delegation, mapping: dict[str, Json]) -> None:
    token, actor = world.delegated("planner"), world.token("tool-1")
    assert world.post(token, actor).status == 200
    world.write({**mapping, "enabled": False})
    assert_stopped(world, token, actor, "no_mapping")
    world.write(mapping)
    assert world.post(token, actor).status == 200
    world.write(issuer_document(str(mapping["issuer"]), enabled=False))
    assert_stopped(world, token, actor, "no_mapping" if mapping["issuer"] == "people" else "untrusted_issuer")


def test_H_a_deleted_mapping_stops_the_chain_at_once(world: Delegation) -> None:
    token, actor = world.delegated("planner"), world.token("tool-1")
    assert world.post(token, actor).status == 200
    world.world.trust.delete(DocumentRef(Kind.MAPPING, "alice"), 1)
    assert_stopped(world, token, actor, "no_mapping")


def test_H_a_principal_is_never_computed_again(world: Delegation) -> None:
    """The mapping makes somebody else of Alice by now; her token is still hers, her attributes only shrink."""
    token = world.delegated("planner")
    world.write(alice(principal="user/acme/root", attributes={"other": "{team}"}))
    claims = claims_of(world.exchange(token, world.token("tool-1")))
    assert claims["sub"] == "user/acme/alice"
    assert "ctx" not in claims


def test_H_an_actor_token_that_is_accepted_once_is_spent_in_either_slot(world: Delegation) -> None:
    world.write(issuer_document("agents", single_use=True))
    once = world.token("planner", jti="only-once")
    assert world.post(world.token("alice"), once).status == 200
    assert reason(world.post(world.token("alice"), once)) == "token_replayed"
    assert reason(world.post(once, audience="bridge")) == "token_replayed"


def test_H_a_chain_is_traced_from_record_to_record(world: Delegation) -> None:
    first = world.delegated("planner")
    second = world.exchange(first, world.token("tool-1"), audience="calendar")
    records = world.world.ledger.records
    record = records[claims_of(second)["jti"]]
    assert record["parent_jti"] == claims_of(first)["jti"]
    assert (record["actor_issuer"], record["actor_subject"], record["actor_mapping"]) == ("agents", "tool-1", "tool-1")
    assert record["act"] == {"sub": "tool/1", "act": {"sub": "agent/planner"}}
    assert record["root_issuer"] == "people"
    assert record["txn"] == records[claims_of(first)["jti"]]["txn"] == "c-1"
    assert record["correlation_id"] == "c-2"
    assert record["documents"] == {
        "KeySet/signing": 2,
        "Issuer/agents": 1,
        "Issuer/people": 1,
        "Mapping/alice": 1,
        "Mapping/planner": 1,
        "Mapping/tool-1": 1,
        "Audience/calendar": 1,
        "PolicySet/policies": 0,
        "PolicySet/tenant/acme": 0,
    }


def test_M5_nobody_acts_next_by_a_token_whose_earlier_holder_is_not_trusted_any_more(world: Delegation) -> None:
    held = world.delegated("planner", "tool-1")
    assert world.exchange(held, world.token("tool-2"))
    world.write(planner(enabled=False))
    assert reason(world.post(held, world.token("tool-2"))) == "no_mapping"
