"""ATTACKS O6: an id that was deleted and written anew names another document; a reference holds for the one meant.

The admin API lets nothing go that is named. Should it be gone all the same, whoever takes the id gains nothing by it.
"""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.model.documents import decode_audience, decode_client, decode_issuer, decode_mapping
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Issuer, Kind, Selector
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import SPIFFE_ASSERTION
from federation.policy.ceilings import Way
from federation.verification.providers import provider_named
from tests.support.client_world import NOW, ClientWorld
from tests.support.fake_trust import FakeTrust
from tests.support.issued_world import API, RISK, IssuedWorld
from tests.support.issuer_world import BRIDGE
from tests.support.jose_keys import ec_key
from tests.support.jose_tokens import signed
from tests.support.trust_values import asking, own_token, verified

WORKLOAD = "spiffe://acme.example/pay"


def mesh(key: str, tenant: str) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "provider": "spiffe",
        "issuer": "spiffe://acme.example",
        "algorithms": ["ES256"],
        "keys": {"jwks": {"keys": [ec_key(key).jwk(use="jwt-svid")]}},
    }


def svid(key: str) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": WORKLOAD, "aud": [BRIDGE], "exp": NOW + 300, "iat": NOW}
    text = signed({"alg": "ES256", "kid": key}, claims, ec_key(key), "ES256")
    return {"client_id": "pay", "client_assertion": text, "client_assertion_type": SPIFFE_ASSERTION}


def made_anew(trust: FakeTrust, kind: Kind, id_: str, body: JsonObject) -> None:
    """Past the admin API."""
    ref = DocumentRef(kind, id_)
    trust.delete(ref, trust.states([ref])[ref].version)
    trust.add(kind, id_, body)


@pytest.fixture
def workload() -> ClientWorld:
    world = ClientWorld()
    world.trust.add(Kind.ISSUER, "mesh", mesh("theirs", "acme"))
    world.register({"method": "spiffe_jwt", "spiffe_id": WORKLOAD, "issuer": "mesh"}, "pay", tenant="acme")
    assert world.ask(**svid("theirs")).client_id == "pay"
    return world


@pytest.mark.parametrize("tenant", ["globex", "acme"])
def test_O6_who_takes_the_id_of_a_trust_domain_is_not_the_client(workload: ClientWorld, tenant: str) -> None:
    made_anew(workload.trust, Kind.ISSUER, "mesh", mesh("mine", tenant))
    workload.known.forget()
    assert workload.refusal(**svid("mine")).endswith("issuer mesh is not the one that the client names")


def test_O2_nor_is_the_workload_of_a_trust_domain_that_moved_to_another_tenant(workload: ClientWorld) -> None:
    workload.trust.add(Kind.ISSUER, "mesh", mesh("theirs", "globex"))
    workload.known.forget()
    assert workload.refusal(**svid("theirs")).endswith("issuer mesh is not the one that the client names")


@pytest.mark.parametrize(("audience", "client", "told"), [("acme", "globex", False), ("acme", "acme", True)])
def test_O2_only_a_client_of_its_tenant_introspects_for_an_audience(audience: str, client: str, told: bool) -> None:
    world = IssuedWorld()
    world.write_audience(RISK, introspection=[API], tenant=audience)
    world.write_client(API, tenant=client)
    world.restart()
    assert world.active(world.token()) is told


def test_O2_nor_does_a_tenants_client_for_an_audience_of_everybodys() -> None:
    world = IssuedWorld()
    world.write_client(API, tenant="acme")
    world.restart()
    assert not world.active(world.token())


def test_O6_who_takes_the_id_of_a_resource_server_is_told_nothing() -> None:
    world = IssuedWorld()
    token = world.token()
    assert world.active(token)
    client = world.trust.get(DocumentRef(Kind.CLIENT, API))
    assert client is not None
    made_anew(world.trust, Kind.CLIENT, API, client.body)
    world.restart()
    assert json.loads(world.introspect(token).body) == {"active": False}
    world.write_audience(RISK, introspection=[API])
    world.restart()
    assert world.active(token), "the audience names the new one from then on"


OKTA: dict[str, Any] = {"tenant": "acme", "provider": "oidc", "issuer": "https://acme.example.com"}
SYNC: dict[str, Any] = {
    "issuer": "acme",
    "match": {"sub": "worker"},
    "principal": "partner/acme/sync",
    "grants": [{"audience": "risk", "scopes": ["r"]}],
}
WORKER = Selector("sub", "worker")


@pytest.fixture
def mapped() -> FakeTrust:
    trust = FakeTrust()
    trust.add(Kind.ISSUER, "acme", OKTA)
    trust.add(Kind.AUDIENCE, "risk", {"scopes": ["r"]})
    trust.add(Kind.MAPPING, "acme-sync", SYNC, WORKER)
    trust.add(Kind.CLIENT, "gateway", {"auth": {"method": "none"}, "audiences": ["risk"], "scopes": ["r"]})
    return trust


def resolve(trust: FakeTrust) -> str:
    (issuer,) = trust.issuers()
    subject = replace(verified(by=issuer), claims={"sub": "worker"})
    return Mapper(trust, provider_named).resolve(subject, asking("risk")).principal


def test_O6_who_takes_the_id_of_an_issuer_has_none_of_its_mappings(mapped: FakeTrust) -> None:
    assert resolve(mapped) == "partner/acme/sync"
    made_anew(mapped, Kind.ISSUER, "acme", OKTA)
    with pytest.raises(InvalidRequest, match="no_mapping"):
        resolve(mapped)


def test_O6_nor_do_tokens_of_ours_stand_that_rest_on_them(mapped: FakeTrust) -> None:
    own = own_token().own
    assert own is not None
    principals = OwnMappings(mapped, mapped)
    assert principals.resolve(own).principal == own.principal
    made_anew(mapped, Kind.ISSUER, "acme", OKTA)
    with pytest.raises(InvalidRequest) as refused:
        principals.resolve(own)
    assert "is another one by now" in str(refused.value.detail)


@pytest.mark.parametrize("through", [None, "gateway"])
def test_O6_a_grant_is_at_the_audience_that_was_meant(mapped: FakeTrust, through: str | None) -> None:
    assert way(mapped, through).target is not None
    made_anew(mapped, Kind.AUDIENCE, "risk", {"scopes": ["r"]})
    if through:  # the mapping is written again, the client is not
        mapped.add(Kind.MAPPING, "acme-sync", SYNC, WORKER)
    assert way(mapped, through).target is None


def way(trust: FakeTrust, through: str | None) -> Way:
    issuer, audience, mapping = (
        trust.get(DocumentRef(kind, id_))
        for kind, id_ in ((Kind.ISSUER, "acme"), (Kind.AUDIENCE, "risk"), (Kind.MAPPING, "acme-sync"))
    )
    client = trust.get(DocumentRef(Kind.CLIENT, through)) if through else None
    assert issuer is not None
    assert audience is not None
    assert mapping is not None
    issuers: tuple[Issuer, ...] = (decode_issuer(issuer),)
    by = decode_client(client) if client else None
    return Way(decode_audience(audience), decode_mapping(mapping), issuers, by)
