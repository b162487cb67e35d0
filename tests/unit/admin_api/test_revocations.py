"""What an admin revokes is gone, on record, and theirs to revoke."""

from itertools import combinations
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from federation.admin_api.revocations import MOST_LISTED, RevokeBody
from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW, Reply, issuer, mapping

PUBLISHED = Draft202012Validator(RevokeBody.model_json_schema())
WHY = {"reason": "a laptop was stolen"}


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.store(mapping("sync", "acme"))
    world.store(issuer("globex", tenant="globex"))
    world.store(mapping("other", "globex"))
    for tenant in ("acme", "globex"):
        issue(world, f"t-{tenant}", tenant)
    return world


def issue(world: ResourceWorld, jti: str, tenant: str) -> None:
    keys = [RevocationKey(RevocationTarget.JTI, jti), RevocationKey(RevocationTarget.TXN, f"x-{tenant}")]
    record: dict[str, Json] = {
        "jti": jti,
        "correlation_id": jti,
        "tenant": tenant,
        "issued_at": NOW - 10,
        "expires_at": NOW + 200,
        "status_idx": 7,
        "revocation_keys": key_texts(keys),
    }
    world.ledger.commit(record, ())


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ({"jti": "t-1"}, RevocationKey(RevocationTarget.JTI, "t-1")),
        ({"txn": "x-1"}, RevocationKey(RevocationTarget.TXN, "x-1")),
        ({"principal": "user/ann"}, RevocationKey(RevocationTarget.PRINCIPAL, "user/ann")),
        ({"principal": "user/ann", "tenant": "acme"}, RevocationKey(RevocationTarget.PRINCIPAL, "user/ann", "acme")),
        ({"client": "gateway"}, RevocationKey(RevocationTarget.CLIENT, "gateway")),
        ({"issuer": "acme"}, RevocationKey(RevocationTarget.ISSUER, "acme")),
        ({"mapping": "sync"}, RevocationKey(RevocationTarget.MAPPING, "sync")),
        ({"all": True}, RevocationKey(RevocationTarget.ALL, "")),
    ],
)
def test_what_is_named_is_revoked_and_there_is_a_record_of_it(
    world: ResourceWorld, named: dict[str, Json], key: RevocationKey
) -> None:
    answer = world.call("POST", "/revocations", {**named, **WHY})
    assert (answer.status, answer.members["what"], answer.members["value"]) == (201, key.what, key.value)
    assert world.state.revoked[key].by == "admin/alice"
    (record,) = [one for one in world.ledger.records.values() if one.get("outcome") == "revoked"]
    assert (record["revoked_value"], record["revoked_by"], record["revocation_reason"]) == (
        key.value,
        "admin/alice",
        "a laptop was stolen",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"jti": "t-1"}, 422),
        ({"jti": "t-1", "reason": ""}, 422),
        ({"jti": "t-1", "reason": "a\nb"}, 422),
        ({"jti": "", **WHY}, 422),
        ({"jti": "a b", **WHY}, 422),
        ({"jti": 7, **WHY}, 422),
        ({"all": False, **WHY}, 422),
        ({"everything": True, **WHY}, 422),
        (WHY, 400),
        ({"jti": "t-1", "txn": "x-1", **WHY}, 400),
        ({"jti": "t-1", "tenant": "acme", **WHY}, 400),
    ],
)
def test_what_is_not_understood_revokes_nothing(world: ResourceWorld, body: dict[str, Any], status: int) -> None:
    assert world.call("POST", "/revocations", body).status == status
    assert world.state.revoked == {}


ANY = {
    "tenant": "acme",
    "all": True,
    **dict.fromkeys(("jti", "txn", "principal", "client", "issuer", "mapping"), "x"),
}
SUBSETS = [dict(chosen) for count in range(4) for chosen in combinations(ANY.items(), count)]


@pytest.mark.parametrize("body", [{**each, **WHY} for each in SUBSETS], ids="+".join)
def test_the_published_schema_takes_exactly_what_is_understood(world: ResourceWorld, body: dict[str, Any]) -> None:
    understood = world.call("POST", "/revocations", body).status == 201
    assert PUBLISHED.is_valid(body) == understood


@pytest.mark.parametrize(
    "named",
    [{"jti": "t-acme"}, {"txn": "x-acme"}, {"issuer": "acme"}, {"mapping": "sync"}, {"principal": "user/ann"}],
)
def test_a_tenants_admin_revokes_what_is_the_tenants(world: ResourceWorld, named: dict[str, Json]) -> None:
    answer = world.tina("POST", "/revocations", {**named, **WHY})
    assert answer.status == 201
    assert answer.members["tenant"] == ("acme" if "principal" in named else None)


@pytest.mark.parametrize(
    "named",
    [
        *({"jti": "t-globex"}, {"jti": "t-nobody"}, {"txn": "x-globex"}, {"txn": "x-nobody"}, {"all": True}),
        *({"issuer": "globex"}, {"issuer": "corp"}, {"issuer": "nobody"}, {"mapping": "other"}, {"client": "nobody"}),
        {"principal": "user/ann", "tenant": "globex"},
    ],
)
def test_and_nothing_else(world: ResourceWorld, named: dict[str, Json]) -> None:
    answer = world.tina("POST", "/revocations", {**named, **WHY})
    assert (answer.status, answer.code) == (403, "revocation_not_permitted")
    assert world.state.revoked == {}


def test_what_stands_is_listed_the_latest_first(world: ResourceWorld) -> None:
    world.call("POST", "/revocations", {"jti": "t-acme", **WHY})
    world.clock.advance(5)
    world.call("POST", "/revocations", {"issuer": "globex", "reason": "taken over"})
    listed = world.call("GET", "/revocations").members
    assert [(one["what"], one["value"]) for one in listed["items"]] == [("issuer", "globex"), ("jti", "t-acme")]
    assert listed["items"][0] == {
        "what": "issuer",
        "value": "globex",
        "tenant": None,
        "revoked_at": "2027-01-15T08:00:05+00:00",
        "expires_at": "2037-01-22T08:00:05+00:00",
        "by": "admin/alice",
        "reason": "taken over",
    }
    assert [one["value"] for one in world.tina("GET", "/revocations").members["items"]] == ["t-acme"]


def test_an_admin_may_revoke_themselves_and_is_out(world: ResourceWorld) -> None:
    assert world.call("POST", "/revocations", {"principal": "admin/alice", **WHY}).status == 201
    assert world.call("GET", "/revocations").code == "token_revoked"
    assert world.call("GET", "/revocations", who="bob").status == 200


def test_without_a_record_nothing_is_revoked(world: ResourceWorld) -> None:
    world.ledger.failing = True
    assert world.call("POST", "/revocations", {"jti": "t-1", **WHY}).status == 503
    assert world.state.revoked == {}


# What would die


def rehearsed(world: ResourceWorld, named: dict[str, Json], query: str = "dry_run=true") -> Reply:
    return world.call("POST", "/revocations", {**named, **WHY}, query=query)


def test_a_dry_run_counts_and_lists_what_would_end_and_writes_nothing(world: ResourceWorld) -> None:
    before = dict(world.ledger.records)
    answer = rehearsed(world, {"txn": "x-acme"})
    assert (answer.status, answer.members["tokens"], answer.members["counted"]) == (200, 1, True)
    assert [one["jti"] for one in answer.members["items"]] == ["t-acme"]
    assert (world.state.revoked, world.ledger.records) == ({}, before)
    assert rehearsed(world, {"txn": "x-acme"}, "dry_run=false").status == 201
    assert list(world.state.revoked) == [RevocationKey(RevocationTarget.TXN, "x-acme")]


@pytest.mark.parametrize("query", ["dry_run=1", "dry_run=", "dry_run=true&dry_run=false", "dryrun=true"])
def test_what_may_be_no_dry_run_revokes_nothing(world: ResourceWorld, query: str) -> None:
    assert rehearsed(world, {"txn": "x-acme"}, query).status == 400
    assert world.state.revoked == {}


def test_a_dry_run_needs_the_rights_of_the_revocation(world: ResourceWorld) -> None:
    body: dict[str, Json] = {"jti": "t-globex", **WHY}
    assert world.tina("POST", "/revocations", body, query="dry_run=true").status == 403
    assert world.tina("POST", "/revocations", {"jti": "t-acme", **WHY}, query="dry_run=true").status == 200


def test_what_was_discarded_before_it_left_is_no_token_that_would_end(world: ResourceWorld) -> None:
    issue(world, "again", "acme")
    world.ledger.discard(world.ledger.records["again"], (), "trust_changed")
    found = rehearsed(world, {"txn": "x-acme"}).members
    assert (found["tokens"], [one["jti"] for one in found["items"]]) == (1, ["t-acme"])


def test_many_are_counted_and_some_listed(world: ResourceWorld) -> None:
    for number in range(MOST_LISTED + 5):
        issue(world, f"more-{number}", "acme")
    found = rehearsed(world, {"txn": "x-acme"}).members
    assert (found["tokens"], len(found["items"])) == (MOST_LISTED + 6, MOST_LISTED)
