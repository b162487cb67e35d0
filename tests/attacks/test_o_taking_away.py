"""ATTACKS O6: to take a right away is a right too. Every scope keeps a holder, and nobody strips what they lack."""

import pytest

from federation.admin.editor import TrustEditor
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.model.confirmation import ADMIN_SCOPES, KEYS_WRITE, TRUST_READ, TRUST_WRITE
from federation.model.trust import Kind
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import AUDIENCE, Document, Reply, admin_mapping, issuer, mapping
from tests.support.fake_trust import SOMEBODY
from tests.support.jose_keys import ec_key

WRITER = (TRUST_READ, TRUST_WRITE)
ROBOT: Document = {
    "kind": "Client",
    "id": "robot",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [ec_key().jwk(alg="ES256", use="sig")]}},
    "audiences": ["federation-admin"],
    "scopes": [KEYS_WRITE],
    "grants": ["client-credentials"],
    "sender_constraint": "dpop",
}


@pytest.fixture
def world() -> ResourceWorld:
    """Mallory writes trust and does nothing else; vera's issuer vouches for an admin with keys:write."""
    world = ResourceWorld()
    world.store(issuer("staff"))
    world.store(admin_mapping("mallory", "staff", WRITER))
    world.store(issuer("vault"))
    world.store(admin_mapping("vera", "vault", (KEYS_WRITE,)))
    world.store(ROBOT)
    return world


def as_mallory(world: ResourceWorld, method: str, path: str, body: Document | None = None, etag: str = '"1"') -> Reply:
    fed: Document = {"iss": "staff", "mapping": "mallory@1", "decision": "d"}
    token = world.token("mallory", fed=fed, scope=" ".join(WRITER))
    headers = {"if_match": etag} if etag else {"if_none_match": "*"}
    return world.call(method, path, body, token=token, **headers)


ANOTHER: Document = {**admin_mapping("vera", "vault", WRITER), "match": {"sub": "x"}}
STRIPS: dict[str, tuple[str, str, Document | None]] = {
    "delete an admin": ("DELETE", "/mappings/alice", None),
    "disable an admin": ("PUT", "/mappings/alice", {**admin_mapping("alice"), "enabled": False}),
    "leave an admin less": ("PUT", "/mappings/alice", admin_mapping("alice", scopes=WRITER)),
    "map an admin to somebody else": ("PUT", "/mappings/vera", ANOTHER),
    "disable an admin's issuer": ("PUT", "/issuers/vault", {**issuer("vault"), "enabled": False}),
    "delete a client that is an admin": ("DELETE", "/clients/robot", None),
    "leave a client less": ("PUT", "/clients/robot", {**ROBOT, "scopes": [TRUST_READ]}),
    "take a scope from the Audience": (
        "PUT",
        "/audiences/federation-admin",
        {**AUDIENCE, "scopes": [one for one in ADMIN_SCOPES if one != KEYS_WRITE]},
    ),
}


@pytest.mark.parametrize("how", STRIPS)
def test_O2_nobody_strips_an_admin_of_what_they_lack(world: ResourceWorld, how: str) -> None:
    answer = as_mallory(world, *STRIPS[how])
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body


BARS = {
    "everybody": "forbid (principal, action, resource);",
    "by name": 'forbid (principal == Principal::"admin/vera", action, resource);',
    "by a condition": 'forbid (principal, action, resource) when { principal == Principal::"admin/vera" };',
    "by issuer": 'forbid (principal, action, resource) when { principal.issuer == "vault" };',
    "by what they ask for": 'forbid (principal, action, resource) when { context.scopes.contains("keys:write") };',
    "by who is left": 'forbid (principal, action, resource) unless { principal.name like "admin/mallor*" };',
}


@pytest.mark.parametrize("how", BARS)
def test_O2_nor_by_a_policy(world: ResourceWorld, how: str) -> None:
    policy: Document = {"kind": "Policy", "id": "bars", "cedar": BARS[how]}
    answer = as_mallory(world, "PUT", "/policies/bars", policy, etag="")
    assert (answer.status, answer.code) in ((403, "beyond_own_rights"), (409, "last_admin")), answer.body


DEMANDS = {
    "a client certificate": '@require_proof("mtls")',
    "another's leave": '@require_approval("rotation")',
    "a moment's token": '@max_ttl("1s")',
}


@pytest.mark.parametrize("what", DEMANDS)
def test_O2_nor_by_a_demand_that_others_do_not_have_to_meet(world: ResourceWorld, what: str) -> None:
    cedar = f'{DEMANDS[what]}\npermit (principal, action, resource) when {{ principal.issuer == "vault" }};'
    policy: Document = {"kind": "Policy", "id": "bars", "cedar": cedar}
    answer = as_mallory(world, "PUT", "/policies/bars", policy, etag="")
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body


OUTRANKS: dict[str, Document] = {
    "further line": {"sub": "vera", "department": "x"},
    "pin beside a pattern": {"sub": "vault-vera", "team": "vault"},
}


@pytest.mark.parametrize("how", OUTRANKS)
def test_O2_nor_by_a_mapping_that_is_chosen_before_theirs(world: ResourceWorld, how: str) -> None:
    wide = admin_mapping("wide", "vault", (KEYS_WRITE,), match={"sub": "vault-*"})
    world.trust.add(Kind.MAPPING, "wide", wide, None)
    stolen = mapping("stolen", "vault", match=OUTRANKS[how])
    answer = as_mallory(world, "PUT", "/mappings/stolen", stolen, etag="")
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body
    answer = as_mallory(world, "POST", "/apply", {"documents": [stolen]}, etag="")
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body


def test_O2_by_whatever_claim_the_provider_files_it() -> None:
    world = ResourceWorld()
    hub = issuer("hub", provider="github", issuer="https://token.actions.githubusercontent.com")
    for document in (issuer("staff"), admin_mapping("mallory", "staff", WRITER), hub):
        world.store(document)
    pinned = {"repository_owner_id": "7", "environment": "keys"}
    world.store(admin_mapping("vera", "hub", (KEYS_WRITE,), match={**pinned, "sub": "vera"}))
    stolen = mapping("stolen", "hub", match={**pinned, "repository_id": "9"})
    answer = as_mallory(world, "PUT", "/mappings/stolen", stolen, etag="")
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body
    world.store({**admin_mapping("broken", "hub", (KEYS_WRITE,)), "principal": 7})
    other = mapping("other", "hub", match={**pinned, "environment": "web", "repository_id": "9"})
    assert as_mallory(world, "PUT", "/mappings/other", other, etag="").status == 201, "no token fits both"


def test_O6_nor_is_the_last_holder_mapped_to_somebody_else(world: ResourceWorld) -> None:
    """By who has all of it as well."""
    for name in ("bob", "vera"):
        assert world.call("DELETE", f"/mappings/{name}", if_match='"1"').status == 204
    stolen = mapping("stolen", match={"sub": "alice", "department": "x"})
    answer = world.put(stolen)
    assert (answer.status, answer.code) == (409, "last_admin"), answer.body
    assert world.put(mapping("stolen", match={"sub": "carol", "department": "x"})).status == 201


def test_O2_a_policy_that_takes_nothing_from_an_admin_is_theirs_to_write(world: ResourceWorld) -> None:
    cedar = 'forbid (principal, action, resource == Audience::"risk-engine") when { principal.issuer == "vault" };'
    policy: Document = {"kind": "Policy", "id": "bars", "cedar": cedar}
    assert as_mallory(world, "PUT", "/policies/bars", policy, etag="").status == 201


def test_O2_who_has_what_is_taken_may_take_it(world: ResourceWorld) -> None:
    assert world.call("DELETE", "/mappings/vera", if_match='"1"').status == 204
    assert world.put({**ROBOT, "scopes": [TRUST_READ]}, '"1"').status == 200
    assert world.call("DELETE", "/mappings/mallory", if_match='"1"').status == 204


@pytest.mark.parametrize("scope", ADMIN_SCOPES)
def test_O6_every_scope_keeps_a_holder(scope: str) -> None:
    """A client that has all of them is not one: nobody says that it still has its key."""
    world = ResourceWorld()
    world.store({**ROBOT, "scopes": list(ADMIN_SCOPES)})
    fed: Document = {"iss": "(client)", "mapping": "client:robot@1", "client": "robot@1", "decision": "d"}
    world.store(admin_mapping("bob", scopes=tuple(one for one in ADMIN_SCOPES if one != scope)))
    world.store(admin_mapping("tina", "acme", (scope,)))
    token = world.token("robot", sub="client/robot", client_id="robot", fed=fed)
    answer = world.call("DELETE", "/mappings/alice", token=token, if_match='"1"')
    assert (answer.status, answer.code) == (409, "last_admin"), "a tenant's admin is no global one"
    world.store(admin_mapping("carol", scopes=(scope,)))
    token = world.token("robot", sub="client/robot", client_id="robot", fed=fed)
    assert world.call("DELETE", "/mappings/alice", token=token, if_match='"1"').status == 204


def test_O6_a_compromised_sole_holder_is_ended_past_the_admin_api(world: ResourceWorld) -> None:
    """ApplyTrustFunction writes whole sets by the caller's IAM rights alone, and every invocation is an alarm."""
    assert as_mallory(world, "DELETE", "/mappings/vera").status == 403
    disabled = {**admin_mapping("vera", "vault", (KEYS_WRITE,)), "enabled": False}
    sources = [SourceDocument("", one) for one in (issuer("vault"), disabled, AUDIENCE)]
    TrustEditor(world.trust).apply(validate(sources), SOMEBODY)
    token = world.token("vera", fed={"iss": "vault", "mapping": "vera@1", "decision": "d"}, scope=KEYS_WRITE)
    assert world.call("POST", "/keys/rotate", {"reason": "x"}, token=token).status == 401
