"""What was unusual is listed to whom it concerns, by page, and nothing of it opens anything."""

import pytest
from msgspec.structs import replace

from federation.model.signals import Signal, Watched
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW

ANN = Watched("principal", "user/ann", "acme")
SURGE = Signal(
    id="s1",
    name="surge",
    severity="high",
    watched=ANN,
    score=80,
    at=NOW - 60,
    title="Far more",
    runbook="signal-surge",
    tenant="acme",
    evidence={"in_a_minute": 60},
    correlation_ids=("c1", "c2"),
    raises=True,
)


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    flood = Watched("address", "198.51.100.9")
    for signal in (
        SURGE,
        replace(SURGE, id="s2", watched=Watched("principal", "user/bob", "globex"), tenant="globex", at=NOW - 50),
        replace(SURGE, id="s3", name="strangers", watched=flood, tenant=None, score=60, at=NOW - 40, raises=False),
        replace(SURGE, id="s4", at=NOW - 2 * 86_400),
    ):
        world.signals.put(signal)
    return world


def listed(world: ResourceWorld, query: str = "") -> list[str]:
    return [one["id"] for one in world.call("GET", "/signals", query=query).members["items"]]


def test_a_signal_says_what_was_seen_of_whom_and_by_which_requests(world: ResourceWorld) -> None:
    (signal,) = world.call("GET", "/signals", query="what=principal&value=user/ann").members["items"]
    assert signal == {
        "id": "s1",
        "name": "surge",
        "title": "Far more",
        "severity": "high",
        "score": 80,
        "what": "principal",
        "value": "user/ann",
        "tenant": "acme",
        "at": "2027-01-15T07:59:00+00:00",
        "evidence": {"in_a_minute": 60},
        "correlation_ids": ["c1", "c2"],
        "raises_risk": True,
        "runbook": "signal-surge",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["s3", "s2", "s1"]),
        ("since=7d", ["s3", "s2", "s1", "s4"]),
        ("since=45s", ["s3"]),
        ("score=70", ["s2", "s1"]),
        ("name=strangers", ["s3"]),
        ("what=address", ["s3"]),
    ],
)
def test_a_search_finds_what_fits_the_newest_first(world: ResourceWorld, query: str, expected: list[str]) -> None:
    assert listed(world, query) == expected


def test_O2_a_tenants_auditor_sees_the_tenants_own_alone(world: ResourceWorld) -> None:
    answer = world.tina("GET", "/signals", query="since=7d")
    assert [one["id"] for one in answer.members["items"]] == ["s1", "s4"]
    assert "globex" not in answer.body.decode()
    assert "198.51.100.9" not in answer.body.decode()


def test_it_goes_on_page_by_page_to_its_end(world: ResourceWorld) -> None:
    found, query = list[str](), "since=7d&limit=3"
    while True:
        page = world.call("GET", "/signals", query=query).members
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        query = f"since=7d&limit=3&cursor={page['next']}"
    assert found == ["s3", "s2", "s1", "s4"]


@pytest.mark.parametrize("query", ["name=thunder", "what=planet", "score=101", "since=soon", "limit=0", "cursor=x"])
def test_a_question_that_is_none_is_refused(world: ResourceWorld, query: str) -> None:
    assert world.call("GET", "/signals", query=query).status == 400


def test_without_the_scope_it_is_refused(world: ResourceWorld) -> None:
    token = world.token("alice", scope="trust:read")
    assert world.call("GET", "/signals", token=token).status == 403
