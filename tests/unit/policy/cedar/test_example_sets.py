"""The policies that a team would start from keep what they say of themselves, alone and all together."""

from pathlib import Path
from typing import Any

import pytest

from federation.documents.yaml_source import read_sources
from federation.model.policy import Decision, Obligations, Place, Policy, Zone
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.examples import run_examples
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.zones import zone_of

EXAMPLES = Path(__file__).parents[4] / "examples"


def written(folder: str) -> list[dict[str, Any]]:
    sources = read_sources(EXAMPLES / folder)
    assert not sources.problems
    return [source.value for source in sources.documents if isinstance(source.value, dict)]


DOCUMENTS = written("trust/policies")
PLACES = {
    document["id"]: Place(document["id"], document.get("environment"), document.get("tenant"))
    for document in written("trust")
    if document["kind"] == "Audience"
}
POLICIES = {
    document["id"]: Policy(document["id"], 1, document["cedar"])
    for document in DOCUMENTS
    if document["kind"] == "Policy"
}
ZONES = [Zone(document["id"], 1, tuple(document["cidrs"])) for document in DOCUMENTS if document["kind"] == "Zone"]
BODIES = [document for document in DOCUMENTS if document["kind"] == "Policy"]


@pytest.mark.parametrize("body", BODIES, ids=[body["id"] for body in BODIES])
def test_every_example_comes_out_as_expected(body: dict[str, Any]) -> None:
    assert compile_policy(body["id"], body["cedar"])
    assert body["examples"]
    assert run_examples(body["examples"], POLICIES[body["id"]], PLACES) == ()


def decided(example: dict[str, Any]) -> Decision:
    return CedarEngine().decide(read_example(example, PLACES), PolicySlices(POLICIES.values()))


def obligations(example: dict[str, Any]) -> Obligations:
    decision = decided(example)
    assert decision.allowed
    return decision.obligations


def test_production_tokens_are_short_and_money_moves_one_scope_at_a_time() -> None:
    settling = {
        "principal": "k8s/acme-cluster/payments/settlement",
        "audience": "payments",
        "context": {"network": {"zone": "aws"}},
    }
    assert obligations(settling) == Obligations(max_ttl=60, max_scopes=1)
    assert obligations({"principal": "ci/acme/deployer", "audience": "artifacts"}) == Obligations(max_ttl=600)


def test_an_agent_gets_little_and_asks_before_it_pays() -> None:
    around = {"actor": "agent/planner", "network": {"zone": "aws"}}
    acting = {"principal": "user/acme/ada", "action": "delegate", "context": around}
    assert obligations({**acting, "audience": "risk-engine"}) == Obligations(max_ttl=120, max_scopes=2)
    paying = obligations({**acting, "audience": "payments", "scopes": ["payments:settlement:write"]})
    assert paying.require_approval == ("An agent is about to settle payments.",)


@pytest.mark.parametrize("action", ["exchange", "delegate"])
def test_from_elsewhere_nobody_gets_into_production_with_an_actor_or_without(action: str) -> None:
    around = {"actor": "agent/planner", "network": {"zone": "home"}}
    asked = {"principal": "user/acme/ada", "audience": "risk-engine", "action": action, "context": around}
    decision = decided(asked)
    assert (decision.allowed, decision.determined_by) == (False, ("prod-only-from-known-networks",))


def test_whoever_is_conspicuous_can_ask_somebody_and_go_on_with_a_yes() -> None:
    around = {"network": {"zone": "corp"}, "risk": {"principal": 60}}
    asked = {"principal": "partner/acme/billing-sync", "audience": "risk-engine", "scopes": ["risk:score:write"]}
    assert not decided({**asked, "context": around}).allowed
    approved = obligations({**asked, "context": {**around, "approval": "person/ada"}})
    assert approved.require_approval == ("Somebody conspicuous wants more than to read in production.",)


@pytest.mark.parametrize(
    ("address", "zone"),
    [("203.0.113.9", "corp"), ("198.51.100.70", "aws"), ("198.51.100.16", None), ("127.0.0.1", "laptop")],
)
def test_the_example_zones(address: str, zone: str | None) -> None:
    assert zone_of(address, ZONES) == zone
