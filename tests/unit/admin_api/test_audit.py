"""The trail over the admin API."""

import pytest

from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW


def issue(world: ResourceWorld, jti: str, ago: int = 10, **more: Json) -> None:
    principal, issuer = str(more.get("principal", "user/ann")), str(more.get("issuer", "acme"))
    keys = [RevocationKey(RevocationTarget.PRINCIPAL, principal), RevocationKey(RevocationTarget.ISSUER, issuer)]
    named = {RevocationTarget.MAPPING: more.get("mapping"), RevocationTarget.CLIENT: more.get("client_id")}
    keys += [RevocationKey(target, str(id_)) for target, id_ in named.items() if id_]
    record: dict[str, Json] = {
        "jti": jti,
        "correlation_id": f"c-{jti}",
        "outcome": "allow",
        "principal": principal,
        "issuer": issuer,
        "tenant": "acme",
        "issued_at": NOW - ago,
        "expires_at": NOW - ago + 300,
        "status_idx": 7,
        "revocation_keys": key_texts(keys),
        **more,
    }
    world.ledger.commit(record, ())


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    issue(world, "root", 30, txn="c-root")
    issue(world, "middle", 20, parent_jti="root", actor_principal="agent/x", act={"sub": "agent/x"})
    asked: dict[str, Json] = {"audience": ["payments"], "mapping": "acme-billing", "client_id": "acme-gateway"}
    issue(world, "leaf", 10, parent_jti="middle", principal="user/bob", issuer="corp", **asked)
    issue(world, "other", 5, tenant="globex", issuer="globex")
    return world


def found(world: ResourceWorld, query: str = "") -> list[str]:
    return [one["jti"] for one in world.call("GET", "/audit", query=query).members["items"]]


def test_the_newest_tokens_come_first(world: ResourceWorld) -> None:
    assert found(world) == ["other", "leaf", "middle", "root"]


def test_refusals_of_an_issuer_are_found_with_what_rests_on_it(world: ResourceWorld) -> None:
    at = "2027-01-15T07:59:58.000+00:00"
    world.log.refused({"correlation_id": "r-1", "unverified_issuer": "corp", "reason": "bad_signature", "time": at})
    world.log.refused({"correlation_id": "r-2", "issuer": "acme", "reason": "no_mapping", "time": at})
    items = world.call("GET", "/audit", query="issuer=corp").members["items"]
    assert [one["correlation_id"] for one in items] == ["r-1", "c-leaf"]
    assert found_ids(world, "issuer=corp&principal=user/bob") == ["c-leaf"]
    assert found_ids(world, "issuer=corp&until=1h") == []


def found_ids(world: ResourceWorld, query: str) -> list[str]:
    return [str(one["correlation_id"]) for one in world.call("GET", "/audit", query=query).members["items"]]


@pytest.mark.parametrize(
    ("query", "jtis"),
    [
        ("jti=leaf", ["leaf"]),
        ("jti=nobody", []),
        ("principal=user%2Fann", ["other", "middle", "root"]),
        ("principal=user/ann&issuer=globex", ["other"]),
        ("issuer=corp", ["leaf"]),
        ("jti=leaf&issuer=acme", []),
        ("since=15s", ["other", "leaf"]),
        ("since=2027-01-15T07:59:35Z&principal=user/ann", ["other", "middle"]),
        ("until=15s", ["middle", "root"]),
        ("until=2027-01-15T07:59:35Z", ["root"]),
        ("principal=user/*", ["other", "leaf", "middle", "root"]),
        ("principal=agent/*", ["middle"]),
        ("issuer=glob*&principal=user/ann", ["other"]),
        ("audience=payments", ["leaf"]),
        ("audience=pay*&mapping=acme-*&client=acme-gateway", ["leaf"]),
        ("mapping=acme-billing&client=another", []),
        ("correlation_id=c-middle", ["middle"]),
        ("correlation_id=c-nobody", []),
    ],
)
def test_a_search_finds_what_fits_all_of_it(world: ResourceWorld, query: str, jtis: list[str]) -> None:
    assert found(world, query) == jtis


def test_pages_follow_each_other_to_the_end(world: ResourceWorld) -> None:
    seen, following = [], ""
    for _ in range(9):
        page = world.call("GET", "/audit", query=f"limit=1{following}").members
        seen += [one["jti"] for one in page["items"]]
        if page["next"] is None:
            break
        following = f"&cursor={page['next']}"
    assert seen == ["other", "leaf", "middle", "root"]


def test_a_refused_request_is_found_by_what_its_caller_was_told(world: ResourceWorld) -> None:
    refused = world.call("GET", "/zones", query="unknown=1")
    (record,) = world.call("GET", "/audit", query=f"correlation_id={refused.members['correlation_id']}").members[
        "items"
    ]
    assert (record["outcome"], record["reason"]) == ("deny", "malformed_query")


def test_the_chain_leads_from_a_token_back_to_who_began(world: ResourceWorld) -> None:
    chain = world.call("GET", "/audit/leaf/chain").members
    assert [one["jti"] for one in chain["items"]] == ["leaf", "middle", "root"]
    assert chain["items"][1]["actor_principal"] == "agent/x"
    assert (chain["items"][2]["principal"], chain["items"][2]["record"]["txn"]) == ("user/ann", "c-root")
    assert chain["complete"] is True


def test_a_chain_with_a_record_missing_says_so(world: ResourceWorld) -> None:
    issue(world, "orphan", parent_jti="gone")
    chain = world.call("GET", "/audit/orphan/chain").members
    assert [(one["jti"], one["record"] is None) for one in chain["items"]] == [("orphan", False), ("gone", True)]
    assert chain["complete"] is False


def test_a_chain_in_a_circle_comes_to_an_end(world: ResourceWorld) -> None:
    issue(world, "snake", parent_jti="snake")
    assert world.call("GET", "/audit/snake/chain").members["complete"] is False


def test_a_tenants_auditor_reads_the_tenants_records(world: ResourceWorld) -> None:
    items = world.tina("GET", "/audit").members["items"]
    assert [one["jti"] for one in items] == ["leaf", "middle", "root"]
    assert world.tina("GET", "/audit", query="jti=other").members["items"] == []
    assert world.tina("GET", "/audit/other/chain").code == "no_such_record"
    refused = world.call("GET", "/zones", query="unknown=1").members["correlation_id"]
    assert world.tina("GET", "/audit", query=f"correlation_id={refused}").members["items"] == []


@pytest.mark.parametrize("query", ["since=yesterday", "since=2027-02-30", "limit=0", "jti=a/b", "who=x", "cursor=AAAA"])
def test_a_search_that_is_none_is_refused(world: ResourceWorld, query: str) -> None:
    assert world.call("GET", "/audit", query=query).status == 400


@pytest.mark.parametrize(("path", "status"), [("/audit/nobody/chain", 404), ("/audit/a.b/chain", 400)])
def test_a_token_of_nobody_has_no_chain(world: ResourceWorld, path: str, status: int) -> None:
    assert world.call("GET", path).status == status


def test_without_the_scope_nothing_is_read(world: ResourceWorld) -> None:
    token = world.token("alice", scope="trust:read trust:write")
    assert world.call("GET", "/audit", token=token).status == 403
