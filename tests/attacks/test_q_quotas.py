"""Q7: a tenant fills its share of trust and no more; nobody's example keeps another's documents in place."""

from typing import Any

import pytest

from federation.model.json import Json
from federation.model.quotas import Quotas
from federation.model.trust import Kind
from federation.settings import SettingsError, read_settings
from tests.support.admin_world import AdminWorld, audience, issuer, mapping

SETTINGS = {
    f"FEDERATION_{name}": name.lower()
    for name in ("ISSUER", "TRUST_TABLE", "STATE_TABLE", "AUDIT_TABLE", "DOCUMENTS_BUCKET", "SIGNING_KEY")
}
SMALL = Quotas(policies=2, policy_bytes=120, examples=1, patterns=2, issuers=2, clients=2)
CEDAR = "forbid (principal, action, resource);"
KEY = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "kid": "k", "use": "sig", "alg": "ES256"}  # fmt: skip


def policy(id_: str, cedar: str = CEDAR, **changes: Json) -> dict[str, Any]:
    return {"kind": "Policy", "id": id_, "tenant": "acme", "cedar": cedar, **changes}


def client(id_: str) -> dict[str, Any]:
    auth = {"method": "private_key_jwt", "jwks": {"keys": [KEY]}}
    return {"kind": "Client", "id": id_, "tenant": "acme", "auth": auth, "audiences": [], "scopes": [], "grants": []}


def tenants_issuer(id_: str) -> dict[str, Any]:
    return issuer(id_, tenant="acme")


@pytest.fixture
def world() -> AdminWorld:
    return AdminWorld(quotas=SMALL)


@pytest.mark.parametrize("make", [policy, client, tenants_issuer])
def test_Q7_a_document_above_the_tenants_share_is_refused_with_its_place(world: AdminWorld, make: Any) -> None:  # noqa: ANN401
    started = len(world.trust.owned(Kind(make("x")["kind"]), "acme", None, 9))
    made = [world.put(make(f"n{number}")) for number in range(3 - started)]
    assert [one.status for one in made] == [201] * (2 - started) + [422]
    [error] = made[-1].members["errors"]
    assert error["pointer"] == "/tenant"
    assert "may have 2" in error["detail"]
    assert "TenantQuotas" in error["hint"]
    assert world.put({**make(f"n{1 - started}"), "description": "still mine to edit"}, '"1"').status == 200
    assert world.call("DELETE", f"/{PLURAL[make('x')['kind']]}/n{1 - started}", if_match='"2"').status == 204
    assert world.put(make("again")).status == 201


PLURAL = {"Policy": "policies", "Client": "clients", "Issuer": "issuers"}


def test_Q7_a_set_is_judged_as_a_whole_and_nothing_of_it_is_written(world: AdminWorld) -> None:
    answer = world.call("POST", "/apply", {"documents": [policy(f"n{number}") for number in range(3)]})
    assert answer.status == 422
    assert world.trust.owned(Kind.POLICY, "acme", None, 9) == ()


def test_Q7_many_short_policies_or_few_long_ones(world: AdminWorld) -> None:
    assert world.put(policy("a", CEDAR + " " * 50)).status == 201
    [error] = world.put(policy("b", CEDAR)).members["errors"]
    assert (error["pointer"], "may have 120" in error["detail"]) == ("/cedar", True)
    assert world.put(policy("a", CEDAR), '"1"').status == 200


def test_Q7_examples_of_a_policy(world: AdminWorld) -> None:
    example: Json = {"principal": "p/x", "audience": "risk-engine", "expect": "deny"}
    [error] = world.put(policy("a", examples=[example] * 2)).members["errors"]
    assert error["pointer"] == "/examples/1"


def test_Q7_patterns_of_an_issuer_and_exact_mappings_without_end(world: AdminWorld) -> None:
    made = [world.put(mapping(f"p{number}", match={"sub": f"svc{number}-*"})) for number in range(3)]
    assert [one.status for one in made] == [201, 201, 422]
    assert made[-1].members["errors"][0]["pointer"] == "/match"
    assert [world.put(mapping(f"e{number}")).status for number in range(5)] == [201] * 5
    assert world.put(mapping("p1", match={"sub": "svc9-*"}), '"1"').status == 200


def test_Q7_another_tenant_has_a_share_of_its_own_and_everybodys_has_none(world: AdminWorld) -> None:
    assert [world.put(policy(f"n{number}")).status for number in range(2)] == [201] * 2
    assert world.put(policy("other", tenant="globex")).status == 201
    assert world.put(policy("n0", tenant="globex"), '"1"').status == 200
    assert world.put(policy("n1", tenant="globex"), '"1"').status == 422


PINNED: dict[str, Json] = {
    "principal": "p/x",
    "audience": "risk-engine",
    "environment": "prod",
    "context": {"network": {"ip": "203.0.113.7"}},
    "expect": "allow",
}
PIN = 'forbid (principal, action, resource == Audience::"risk-engine") unless { context.network.zone == "corp" };'


@pytest.mark.parametrize(("tenant", "status"), [("acme", 200), (None, 422)])
def test_Q7_a_tenants_example_keeps_no_zone_in_place(tenant: str | None, status: int) -> None:
    world = AdminWorld()
    zone = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}
    pin = policy("pin", PIN, examples=[PINNED])
    pin = pin if tenant else {name: value for name, value in pin.items() if name != "tenant"}
    assert [world.put(zone).status, world.put(pin).status] == [201, 201]
    assert world.put({**zone, "cidrs": ["203.0.113.128/25"]}, '"1"').status == status


def test_Q7_nor_another_tenants_audience() -> None:
    world = AdminWorld()
    theirs = audience("vault", tenant="globex", environment="dev")
    example = {"principal": "p/x", "audience": "vault", "expect": "allow"}
    cedar = 'forbid (principal, action, resource) when { resource in Environment::"prod" };'
    assert [world.put(theirs).status, world.put(policy("pin", cedar, examples=[example])).status] == [201, 201]
    assert world.put({**theirs, "environment": "prod"}, '"1"').status == 200
    assert "example" in warnings(world, "policies/pin")[0]["pointer"]
    assert "prod" not in str(warnings(world, "policies/pin", who="tina"))


def warnings(world: AdminWorld, path: str, who: str = "alice") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("GET", f"/{path}", who=who).members["warnings"]
    return found


def test_Q7_its_owner_hears_of_it_where_the_policy_is_looked_at() -> None:
    world = AdminWorld()
    zone = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}
    pin = policy("pin", PIN, examples=[PINNED])
    assert [world.put(zone).status, world.put(pin, who="tina").status] == [201, 201]
    assert warnings(world, "policies/pin", who="tina") == []
    assert world.put({**zone, "cidrs": ["203.0.113.128/25"]}, '"1"').status == 200
    [warned] = warnings(world, "policies/pin", who="tina")
    assert (warned["pointer"], warned["document"]) == ("/examples/0/expect", "Policy pin")
    shown = world.call("GET", "/policies/pin", who="tina")
    again = {**shown.members, "document": {**pin, "examples": [{**PINNED, "expect": "deny"}]}}
    assert world.call("PUT", "/policies/pin", again, who="tina", if_match='"1"').status == 200
    assert warnings(world, "policies/pin", who="tina") == []


def test_Q7_so_does_the_owner_of_a_mapping_whose_audience_another_edits() -> None:
    world = AdminWorld()
    example: Json = {"claims": {"sub": "sync"}, "audience": "risk-engine", "scopes": ["risk:write"], "expect": "allow"}
    grants: Json = [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"]}]
    assert world.put(mapping("sync", "acme", grants=grants, examples=[example]), who="tina").status == 201
    assert warnings(world, "mappings/sync", who="tina") == []
    world.store(audience(scopes=["risk:read"]))
    [warned] = warnings(world, "mappings/sync", who="tina")
    assert (warned["pointer"], "risk:write is not granted" in warned["detail"]) == ("/examples/0", True)


def test_Q7_a_stored_policy_that_is_refused_by_now_says_so() -> None:
    world = AdminWorld()
    world.store(
        policy("never", 'forbid (principal, action, resource) when { context has zone && context.zone == "x" };')
    )
    [warned] = warnings(world, "policies/never")
    assert (warned["pointer"], "zone" in warned["detail"]) == ("/cedar", True)


def test_Q7_the_quotas_are_settings() -> None:
    named = read_settings({**SETTINGS, "FEDERATION_TENANT_QUOTAS": "policies=3 clients=7"}).quotas
    assert named == Quotas(policies=3, clients=7)
    assert read_settings(SETTINGS).quotas == Quotas(200, 262_144, 50, 200, 500, 1_000)
    for wrong in ("policies", "policies=0", "lions=3", "policies=-1"):
        with pytest.raises(SettingsError, match="FEDERATION_TENANT_QUOTAS"):
            read_settings({**SETTINGS, "FEDERATION_TENANT_QUOTAS": wrong})
