"""The numbers of the dashboard, for global admins and for those of a tenant."""

import pytest

from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW, issuer, mapping

ALL = "trust:read audit:read"


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    record = world.metrics.record
    for _ in range(3):
        record("Issued", NOW)
        record("Issued", NOW, tenant="acme", issuer="acme")
    record("Issued", NOW - 60)
    record("Issued", NOW - 60, tenant="-", issuer="corp")
    record("Refused", NOW)
    record("Refused", NOW, reason="no_mapping")
    record("Refused", NOW, tenant="acme", issuer="acme")
    record("ExchangeDuration", NOW, 12.5)
    record("StepDuration", NOW, 8.0, step="commit")
    record("AwsThrottled", NOW, aws="kms")
    record("IssuerKeysStale", NOW, issuer="corp")
    record("ArchiveLag", NOW, 4)
    record("ApproximateAgeOfOldestMessage", NOW, 60, namespace="AWS/SQS", fixed={"QueueName": "gaps"})
    return world


def test_a_global_admin_sees_everything(world: ResourceWorld) -> None:
    told = world.call("GET", "/stats", query="window=3m").members
    assert (told["tenant"], told["bucket"], len(told["exchanges"]["total"])) == (None, 60, 3)
    assert told["exchanges"]["total"][-2:] == [1.0, 3.0]
    assert [(one["tenant"], one["issuer"], one["values"][-1]) for one in told["exchanges"]["by_issuer"]] == [
        (None, "corp", 0.0),
        ("acme", "acme", 3.0),
    ]
    assert told["refusals"]["by_reason"] == [{"reason": "no_mapping", "values": [0.0, 0.0, 1.0]}]
    assert [(one["step"], one["p99"][-1]) for one in told["latency"]] == [("total", 12.5), ("commit", 8.0)]
    assert told["aws"] == [{"service": "kms", "failed": [0.0] * 3, "throttled": [0.0, 0.0, 1.0]}]
    assert (told["stale_issuers"], told["archive_lag"][-1]) == (["corp"], 4.0)
    assert told["queues"] == [{"name": "gaps", "age": [None, None, 60.0]}]


def test_cost_is_counted_calls_times_the_price_table(world: ResourceWorld) -> None:
    cost = world.call("GET", "/stats").members["cost"]
    (shared, acme) = cost["tenants"]
    assert (shared["tenant"], acme["tenant"]) == (None, "acme")
    assert 2.5 < acme["dollars"] / shared["dollars"] < 4.0
    assert cost["dollars"] == pytest.approx(shared["dollars"] + acme["dollars"], abs=2e-6)


def test_a_tenants_admin_sees_the_tenants_numbers_and_no_others(world: ResourceWorld) -> None:
    world.store(issuer("acme-2", tenant="acme"))
    world.metrics.record("IssuerKeysStale", NOW, issuer="acme-2")
    answer = world.tina("GET", "/stats", query="window=3m")
    told = answer.members
    assert (told["tenant"], told["exchanges"]["total"]) == ("acme", [0.0, 0.0, 3.0])
    assert [one["issuer"] for one in told["exchanges"]["by_issuer"]] == ["acme"]
    assert (told["refusals"]["total"], told["refusals"]["by_reason"]) == ([0.0, 0.0, 1.0], None)
    assert [told[name] for name in ("latency", "aws", "archive_lag", "queues")] == [None] * 4
    assert "acme-2" in told["stale_issuers"]
    assert [one["tenant"] for one in told["cost"]["tenants"]] == ["acme"]
    assert "commit" not in answer.body.decode()


def test_what_waits_for_a_person_is_counted(world: ResourceWorld) -> None:
    world.store(mapping("wide", dangerous=True))
    assert world.call("GET", "/stats").members["waiting"] == {"confirmations": 1, "approvals": 0}


def test_a_key_says_when_it_moves_next(world: ResourceWorld) -> None:
    world.life.publish()
    (key,) = world.call("GET", "/stats").members["keys"]
    assert (key["state"], key["becomes"], key["age"], key["signs_for"]) == ("active", "retired", 0, 0)
    assert key["moves_at"] == "2027-02-14T08:00:00+00:00"


@pytest.mark.parametrize(
    "query", ["window=3h&bucket=30s", "window=15d", "window=7d&bucket=1m", "window=0m", "window=59s"]
)
def test_a_window_that_cannot_be_shown_is_refused(world: ResourceWorld, query: str) -> None:
    refused = world.call("GET", "/stats", query=query)
    assert (refused.status, refused.code) == (400, "malformed_query")
    assert "window" in refused.members["detail"]


def test_it_takes_the_scope_of_auditors(world: ResourceWorld) -> None:
    assert world.call("GET", "/stats", token=world.token(scope="trust:read")).status == 403
