"""Who raises a risk score says whose, why and until when; it is on record, and theirs to raise."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from federation.admin_api.risk import RiskBody
from federation.model.json import Json
from federation.model.risk import RiskKey
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import issuer, mapping

PUBLISHED = Draft202012Validator(RiskBody.model_json_schema())
WHY: dict[str, Json] = {"score": 80, "reason": "malware on its host"}
UNTIL = "2027-01-15T11:00:00Z"
"""In three hours."""


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.store(mapping("sync", "acme"))
    world.store(issuer("globex", tenant="globex"))
    return world


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ({"principal": "user/ann"}, RiskKey("principal", "user/ann")),
        ({"principal": "user/ann", "tenant": "acme"}, RiskKey("principal", "user/ann", "acme")),
        ({"client": "gateway"}, RiskKey("client", "gateway")),
        ({"issuer": "acme"}, RiskKey("issuer", "acme", "acme")),
    ],
)
def test_what_is_named_is_raised_and_there_is_a_record_of_it(
    world: ResourceWorld, named: dict[str, Json], key: RiskKey
) -> None:
    answer = world.call("POST", "/risk", {**named, **WHY, "until": UNTIL, "correlation_ids": ["c-1"]})
    assert answer.status == 201, answer.body
    assert answer.members == {
        "what": key.what,
        "value": key.value,
        "tenant": key.tenant,
        "score": 80,
        "causes": [
            {
                "score": 80,
                "raised_to": 80,
                "half_life": 3600,
                "correlation_ids": ["c-1"],
                "raised_at": "2027-01-15T08:00:00+00:00",
                "until": "2027-01-15T11:00:00+00:00",
                "reason": "malware on its host",
                "source": "admin/alice",
            }
        ],
    }
    assert world.state.raised.keys() == {key}
    (record,) = [one for one in world.ledger.records.values() if one.get("outcome") == "risk_raised"]
    assert (record["risk_value"], record["risk_score"], record["risk_source"]) == (key.value, 80, "admin/alice")


@pytest.mark.parametrize(
    "body",
    [
        WHY,
        {"principal": "a", "client": "b", **WHY},
        {"client": "a", "tenant": "acme", **WHY},
        {"principal": "", **WHY},
        {"principal": "a", **WHY, "score": 0},
        {"principal": "a", **WHY, "score": 101},
        {"principal": "a", **WHY, "score": True},
        {"principal": "a", **WHY, "score": 50.5},
        {"principal": "a", **WHY, "reason": "a\nb"},
        {"principal": "a", "score": 5},
        {"principal": "a", **WHY, "until": "tomorrow"},
        {"principal": "a", **WHY, "correlation_ids": ["c"] * 6},
        {"principal": "a", **WHY, "half_life": 5},
    ],
)
def test_what_is_not_understood_raises_nothing_and_the_published_schema_says_so(
    world: ResourceWorld, body: dict[str, Any]
) -> None:
    assert world.call("POST", "/risk", body).status == 422
    assert not PUBLISHED.is_valid(body)
    assert world.state.raised == {}


@pytest.mark.parametrize("until", ["2027-01-15T08:00:00Z", "2027-02-15T08:00:01Z", "2027-13-01T00:00:00Z"])
def test_an_end_that_is_over_far_or_none_is_refused_at_its_place(world: ResourceWorld, until: str) -> None:
    answer = world.call("POST", "/risk", {"principal": "a", **WHY, "until": until})
    assert (answer.status, answer.pointers) == (422, ["/until"])


def test_O2_a_tenants_admin_means_the_tenants_own(world: ResourceWorld) -> None:
    for named in ({"principal": "partner/sync"}, {"issuer": "acme"}):
        assert world.tina("POST", "/risk", {**named, **WHY}).status == 201
    assert world.state.raised.keys() == {
        RiskKey("principal", "partner/sync", "acme"),
        RiskKey("issuer", "acme", "acme"),
    }


@pytest.mark.parametrize(
    "named",
    [
        *({"issuer": "globex"}, {"issuer": "corp"}, {"issuer": "nobody"}, {"client": "nobody"}),
        {"principal": "partner/other", "tenant": "globex"},
    ],
)
def test_O2_and_nobody_elses(world: ResourceWorld, named: dict[str, Json]) -> None:
    answer = world.tina("POST", "/risk", {**named, **WHY})
    assert (answer.status, answer.code) == (403, "outside_tenant")
    assert world.state.raised == {}


def test_without_the_scope_it_is_refused(world: ResourceWorld) -> None:
    token = world.token("alice", scope="revocations:write trust:write")
    assert world.call("POST", "/risk", {"principal": "a", **WHY}, token=token).status == 403


def test_without_a_record_nothing_is_raised(world: ResourceWorld) -> None:
    world.ledger.failing = True
    assert world.call("POST", "/risk", {"principal": "a", **WHY}).status == 503
    assert world.state.raised == {}


def test_explain_says_what_a_score_is_made_of(world: ResourceWorld) -> None:
    named = {"principal": "partner/sync", "tenant": "acme"}
    world.call("POST", "/risk", {**named, **WHY, "until": UNTIL})
    world.clock.advance(60)
    asked = {"claims": {"iss": "https://acme.example.com", "sub": "sync"}, "audience": "risk-engine"}
    (risk,) = world.tina("POST", "/explain", asked).members["risk"]
    assert (risk["value"], risk["score"], risk["causes"][0]["reason"]) == ("partner/sync", 79, "malware on its host")
    assert risk["causes"][0]["raised_to"] == 80
