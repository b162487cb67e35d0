"""ATTACKS O6: a reference is by id, and an id that is deleted is anybody's; so nothing goes under those who name it."""

from collections.abc import Collection
from typing import Any

import pytest

from federation.admin.in_use import InUse, References
from federation.documents.document_set import Planned
from federation.documents.rights import Rights
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import Seen
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import PLURALS, AdminWorld, Document, Reply, admin_mapping, audience, issuer, mapping
from tests.support.fake_trust import SOMEBODY, FakeTrust
from tests.support.jose_keys import ec_key

WRITER = ("trust:read", "trust:write")
ENGINE = DocumentRef(Kind.AUDIENCE, "risk-engine")
API: Document = {
    "kind": "Client",
    "id": "vault-api",
    "tenant": "acme",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [ec_key().jwk(alg="ES256", use="sig")]}},
    "grants": [],
}
MESH: Document = {
    **issuer("mesh", tenant="acme", provider="spiffe", issuer="spiffe://acme.example"),
    "keys": {"jwks": {"keys": [ec_key().jwk(use="jwt-svid")]}},
    "algorithms": ["ES256"],
}
VAULT = audience("vault", tenant="acme", introspection=["vault-api"])
WORKLOAD: Document = {
    "kind": "Client",
    "id": "pay",
    "tenant": "acme",
    "auth": {"method": "spiffe_jwt", "spiffe_id": "spiffe://acme.example/pay", "issuer": "mesh"},
    "audiences": ["vault"],
    "scopes": ["risk:read"],
    "grants": ["client-credentials"],
    "sender_constraint": "dpop",
}
SYNC = mapping("sync", "acme", grants=[{"audience": "vault", "scopes": ["risk:read"]}])
POLICY: Document = {
    "kind": "Policy",
    "id": "only-corp",
    "cedar": 'forbid (principal, action, resource == Audience::"vault") unless { context.network.zone == "corp" };',
}
ZONE: Document = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.store(issuer("globex-idp", tenant="globex"))
    for document in (API, VAULT, MESH, WORKLOAD, SYNC, ZONE, POLICY):
        world.store(document)
    return world


def path(document: Document) -> str:
    return f"/{PLURALS[document['kind']]}/{document['id']}"


USED: list[tuple[Document, list[str]]] = [
    (MESH, ["Client pay"]),
    (API, ["Audience vault"]),
    (VAULT, ["Mapping sync", "Client pay", "Policy only-corp"]),
    (ZONE, ["Policy only-corp"]),
    (issuer("acme", tenant="acme"), ["Mapping tina", "Mapping sync"]),
]


@pytest.mark.parametrize(("document", "users"), USED, ids=[one["id"] for one, _ in USED])
def test_O6_what_others_name_is_not_deleted(world: ResourceWorld, document: Document, users: list[str]) -> None:
    answer = world.call("DELETE", path(document), if_match='"1"')
    assert (answer.status, answer.code) == (409, "document_in_use")
    assert all(user in answer.members["detail"] for user in users)


@pytest.mark.parametrize("document", [VAULT, API, MESH], ids=lambda one: one["id"])
def test_O6_what_others_name_is_not_given_to_another_tenant(world: ResourceWorld, document: Document) -> None:
    alone: Document = {"introspection": []} if document is VAULT else {}
    moved = world.put({**document, **alone, "tenant": "globex"}, '"1"')
    assert (moved.status, moved.code) == (409, "document_in_use")


@pytest.mark.parametrize("document", [VAULT, API, MESH, WORKLOAD, SYNC, ZONE], ids=lambda one: one["id"])
def test_O6_to_disable_always_works_and_says_what_it_ends(world: ResourceWorld, document: Document) -> None:
    answer = world.put({**document, "enabled": False}, '"1"')
    assert answer.status == 200
    users = [user for one, named in USED if one is document for user in named]
    ended = answer.members["ends"]
    assert [f"{one['kind']} {one['id']}" for one in ended["documents"]] == users if users else ended is None


def test_O6_a_set_that_deletes_the_users_too_may_delete(world: ResourceWorld) -> None:
    deletions = [{"kind": one["kind"], "id": one["id"]} for one in (SYNC, WORKLOAD, MESH, POLICY, VAULT, API, ZONE)]
    assert world.call("POST", "/apply", {"documents": [], "deletions": deletions}).status == 200


def test_O6_another_tenants_users_are_counted_and_never_named(world: ResourceWorld) -> None:
    """An Issuer of acme's may vouch for what a global admin has given to others since: tina learns their number."""
    for number in range(3):
        world.store(naming("risk-engine", f"secret-{number}"))
    answer = world.call("DELETE", "/audiences/risk-engine", if_match='"1"')
    assert "Policy secret-0" in answer.members["detail"], "a global admin reads them"
    plan = [Planned(ENGINE, None, world.trust.states([ENGINE])[ENGINE])]
    with pytest.raises(InUse) as refused:
        References(world.trust, world.trust).check(plan, Rights("acme", frozenset()))
    assert str(refused.value).endswith("these name it: 3 of tenants that you cannot read")


def naming(audience_id: str, id_: str) -> Document:
    cedar = f'forbid (principal, action, resource == Audience::"{audience_id}");'
    return {"kind": "Policy", "id": id_, "tenant": "globex", "cedar": cedar}


def test_O2_nobody_keeps_anothers_document_from_going_by_naming_it(world: ResourceWorld) -> None:
    """It would rest on nothing: a reference is to one's own tenant's documents, or to shared ones."""
    world.store(audience("theirs", tenant="globex", introspection=["pay"]))
    world.store(naming("books", "theirs"))
    world.store(audience("books", tenant="acme"))
    assert world.call("DELETE", "/clients/pay", who="tina", if_match='"1"').status == 204
    assert world.call("DELETE", "/audiences/books", who="tina", if_match='"1"').status == 204


NOWHERE: list[tuple[Document, str]] = [
    ({**VAULT, "id": "other", "introspection": ["nobody"]}, "/introspection/0"),
    ({**WORKLOAD, "id": "other", "audiences": ["nothing"]}, "/audiences/0"),
    ({**WORKLOAD, "id": "other", "auth": {**WORKLOAD["auth"], "issuer": "nobody"}}, "/auth/issuer"),
    ({**SYNC, "id": "other", "match": {"sub": "other"}, "issuer": "nobody"}, "/issuer"),
    (
        mapping("other", "acme", grants=[{"audience": "nothing", "scopes": ["risk:read"]}]),
        "/grants/0/audience",
    ),
]


@pytest.mark.parametrize(("document", "pointer"), NOWHERE, ids=[pointer for _, pointer in NOWHERE])
def test_O5_a_reference_into_nowhere_is_refused_with_its_place(
    world: ResourceWorld, document: Document, pointer: str
) -> None:
    answer = world.put(document)
    assert (answer.status, answer.pointers) == (422, [pointer])
    assert world.call("GET", path(document)).status == 404


FOREIGN: list[tuple[Document, str]] = [
    (audience("shared", introspection=["vault-api"]), "/introspection/0"),
    ({**VAULT, "id": "other", "tenant": "globex"}, "/introspection/0"),
    ({**WORKLOAD, "id": "other", "tenant": "globex", "audiences": ["risk-engine"]}, "/auth/issuer"),
]


@pytest.mark.parametrize(("document", "pointer"), FOREIGN, ids=[document["id"] for document, _ in FOREIGN])
def test_O2_a_reference_into_another_tenant_is_refused(world: ResourceWorld, document: Document, pointer: str) -> None:
    answer = world.put(document)
    assert (answer.status, answer.pointers) == (422, [pointer])


class MeddledTrust(FakeTrust):
    """Somebody else is quicker, once: between what a write looked at and the write itself."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Any] = []

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None = SOMEBODY,
        *,
        revision: int | None = None,
        rests_on: Collection[DocumentVersion] = (),
        seen: Seen | None = None,
    ) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()
        super().put(document, filed_under, change, revision=revision, rests_on=rests_on, seen=seen)


RACES: list[tuple[Document, Document, str]] = [
    (issuer("okta", tenant="acme"), {**SYNC, "id": "late", "issuer": "okta"}, "/issuer"),
    (
        audience("books", tenant="acme"),
        mapping("late", "acme", grants=[{"audience": "books", "scopes": ["risk:read"]}]),
        "/grants/0/audience",
    ),
    (audience("books", tenant="acme"), {**WORKLOAD, "id": "late", "audiences": ["books"]}, "/audiences/0"),
    ({**API, "id": "books-api"}, audience("late", tenant="acme", introspection=["books-api"]), "/introspection/0"),
    (
        {**MESH, "id": "mesh-2", "issuer": "spiffe://two.example"},
        {
            **WORKLOAD,
            "id": "late",
            "auth": {"method": "spiffe_jwt", "spiffe_id": "spiffe://two.example/pay", "issuer": "mesh-2"},
        },
        "/auth/issuer",
    ),
]


@pytest.mark.parametrize(("named", "user", "pointer"), RACES, ids=[f"{u['kind']}{p}" for _, u, p in RACES])
@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_O6_what_goes_between_the_look_and_the_write_is_looked_for_again(
    named: Document, user: Document, pointer: str, how: str
) -> None:
    trust = MeddledTrust()
    world = AdminWorld(trust)
    for document in (API, VAULT, MESH, WORKLOAD, named):
        world.store(document)
    answers: list[int] = []

    def meddle() -> None:
        gone = world.call("DELETE", path(named), if_match='"1"')
        answers.append(gone.status if how == "deleted" else 0)
        if how == "moved":
            answers[-1] = world.put({**named, "tenant": "globex"}).status

    trust.meanwhile.append(meddle)
    answer = world.put(user)
    assert answers == [204 if how == "deleted" else 201]
    elsewhere = how == "moved" and pointer == "/issuer"  # the mapping is globex's then, and grants what is not
    assert (answer.status, answer.pointers) == (422, ["/grants/0/audience" if elsewhere else pointer])
    assert world.call("GET", path(user)).status == 404


def test_O6_what_was_named_and_made_anew_is_meant_again_once_it_is_written_again(world: ResourceWorld) -> None:
    """Past the API anything can be deleted. What named it rests on nothing until an admin writes it again."""
    ref = DocumentRef(Kind.AUDIENCE, "vault")
    world.trust.delete(ref, 1)
    world.store(VAULT)
    sync = world.trust.get(DocumentRef(Kind.MAPPING, "sync"))
    assert sync is not None
    assert (sync.lives[ref], world.trust.get(ref).since) == (1, 3)  # type: ignore[union-attr]
    assert world.put(SYNC, '"1"').status == 200
    again = world.trust.get(DocumentRef(Kind.MAPPING, "sync"))
    assert again is not None
    assert (again.version, again.lives[ref]) == (2, 3)


def test_O2_who_takes_an_issuers_id_in_the_same_second_reads_none_of_its_mappings_past(world: ResourceWorld) -> None:
    world.store(admin_mapping("gina", "globex-idp", WRITER))
    fed: Document = {"iss": "globex-idp", "mapping": "gina@1", "decision": "d"}

    def gina(method: str, path: str, body: Document | None = None, **headers: str) -> Reply:
        token = world.token("gina", tenant="globex", fed=fed, scope=" ".join(WRITER))
        return world.call(method, path, body, token=token, **headers)

    theirs = mapping("theirs", "mesh-idp", match={"sub": "x"})
    for document in (issuer("mesh-idp", tenant="acme"), theirs):
        assert world.put(document).status == 201
    gone = [{"kind": "Mapping", "id": "theirs"}, {"kind": "Issuer", "id": "mesh-idp"}]
    assert world.call("POST", "/apply", {"documents": [], "deletions": gone}).status == 200
    mine = issuer("mesh-idp", tenant="globex", issuer="https://mine.example.com")
    own = mapping("own", "mesh-idp", match={"sub": "y"})
    assert gina("POST", "/apply", {"documents": [mine, own]}).status == 200
    assert gina("GET", "/history/mappings/theirs").status == 404
    assert gina("POST", "/history/mappings/theirs/restore", {"version": 1}, if_none_match="*").status == 404
    assert gina("GET", "/history/mappings/own").status == 200, "what she wrote with it is hers"
