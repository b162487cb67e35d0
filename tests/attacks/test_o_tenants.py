"""ATTACKS O2 and invariant 28: what an admin of one tenant learns of others, and what they can do to them."""

from base64 import urlsafe_b64decode

import pytest

from federation.model.confirmation import ADMIN_SCOPES
from federation.model.json import Json
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import BRIDGE, NOW, PLURALS, Document, audience, issuer, mapping
from tests.support.jose_keys import ec_key


@pytest.fixture
def world() -> ResourceWorld:
    """Beside tina's tenant there is globex."""
    world = ResourceWorld()
    world.store(issuer("globex-idp", tenant="globex"))
    world.store(audience("globex-api", tenant="globex", scopes=["merger:read"], resource="https://api.globex.com"))
    world.store(mapping("globex-sync", "globex-idp", match={"sub": "worker"}))
    return world


def test_O2_nobody_makes_anothers_issuer_ambiguous(world: ResourceWorld) -> None:
    """A token that two issuers could be of is of none: corp's would be locked out, and its admins with them."""
    twin = issuer("twin", tenant="acme", issuer="https://corp.example.com", audiences=[BRIDGE])
    answer = world.put(twin, who="tina")
    assert (answer.status, answer.pointers) == (422, ["/issuer"])
    assert world.put(twin).status == 422, "nor does a global admin by mistake"


def test_O2_nobody_vouches_for_workloads_of_anothers_trust_domain(world: ResourceWorld) -> None:
    """A certificate has no audience to part two documents by: with a twin, or one that is silent, nobody gets in."""
    theirs = trust_domain("globex-td", tenant="globex")
    assert world.put(theirs).status == 201
    twin = trust_domain("twin", tenant="acme", audiences=["https://elsewhere.example.com"])
    answer = world.put(twin, who="tina")
    assert (answer.status, answer.pointers) == (422, ["/issuer"])
    assert b"globex-td" not in answer.body
    assert world.put({**twin, "tenant": "globex"}).status == 201, "JWT-SVIDs of one tenant are parted by their aud"
    assert world.put({**theirs, "enabled": False}, '"1"').status == 200
    assert world.put({**twin, "tenant": "globex", "enabled": False}, '"1"').status == 200
    assert world.put({**twin, "id": "heir"}, who="tina").status == 201


def test_O2_no_client_of_ours_is_a_workload_of_anothers_trust_domain(world: ResourceWorld) -> None:
    """Nor does the answer tell that there is such a document."""
    client: Document = {
        "kind": "Client",
        "id": "robot",
        "tenant": "acme",
        "auth": {"method": "tls_client_auth", "san_uri": "spiffe://td.example.com/robot"},
        "audiences": ["risk-engine"],
        "scopes": ["risk:read"],
    }
    nobodys = world.put(client, who="tina")
    assert world.put(trust_domain("globex-td", tenant="globex")).status == 201
    theirs = world.put(client, who="tina")
    assert (theirs.status, theirs.pointers) == (422, ["/auth/san_uri"])
    assert theirs.members["errors"] == nobodys.members["errors"]
    assert world.put(client).status == 422, "nor does a global admin by mistake"
    assert world.put({**client, "tenant": "globex"}).status == 201


def test_O2_no_client_is_made_whose_answers_pass_for_anothers_tokens(world: ResourceWorld) -> None:
    """A signed answer to introspection has `aud` of its client, and any JWT library goes by `aud`."""
    client: Document = {
        "kind": "Client",
        "id": "globex-api",
        "tenant": "acme",
        "auth": {"method": "private_key_jwt", "jwks": {"keys": [ec_key("robot").jwk(alg="ES256", use="sig")]}},
        "grants": [],
    }
    for who in ("tina", "alice"):
        answer = world.put(client, who=who)
        assert (answer.status, answer.pointers) == (422, ["/id"])
    assert world.put({**client, "id": "robot"}, who="tina").status == 201
    twin = world.put(audience("robot", tenant="globex"))
    assert (twin.status, twin.pointers) == (422, ["/id"])


def trust_domain(id_: str, **changes: Json) -> Document:
    keys = {"jwks_uri": f"https://{id_}.example.com/bundle"}
    return issuer(id_, provider="spiffe", **{"issuer": "spiffe://td.example.com", "keys": keys, **changes})


@pytest.mark.parametrize(
    "document",
    [
        mapping("probe", "globex-id"),
        mapping("probe", "globex-idp"),
        mapping("probe", "globex-idp", match={"sub": "worker"}),
        mapping("probe", "acme", grants=[{"audience": "globex-ap", "scopes": ["x"]}]),
        mapping("probe", "acme", grants=[{"audience": "globex-api", "scopes": ["merger:rea"]}]),
        mapping("probe", "acme", grants=[{"audience": "globex-api", "scopes": ["merger:read"]}]),
        issuer("probe", tenant="acme", issuer="https://globex-idp.example.com"),
        issuer("globex-idp", tenant="acme"),
        issuer("globex-idp", tenant="acme", issuer="https://acme.example.com"),
        audience("probe", tenant="acme", resource="https://api.globex.com"),
    ],
)
def test_O2_what_is_wrong_is_said_without_a_word_of_other_tenants(world: ResourceWorld, document: Document) -> None:
    answer = world.put(document, who="tina")
    assert answer.status == 422
    unsaid = [name for name in ("globex-idp", "globex-api", "globex-sync", "merger:read") if name not in str(document)]
    for name in (*unsaid, "tenant globex"):
        assert name not in answer.body.decode()


SECRET = "zz-secret"
"""Begins every id of globex' documents; none of tina's names one."""
SHARED_NAME = "https://shared.example.com"


def globex() -> list[Document]:
    """One of each kind, each meeting one of tina's by what it says."""
    domain = trust_domain(f"{SECRET}-domain", tenant="globex")
    login = issuer(f"{SECRET}-login", tenant="globex", issuer=SHARED_NAME)
    vault = audience(f"{SECRET}-vault", tenant="globex", resource=SHARED_NAME, environment="prod")
    key = {"keys": [ec_key("robot").jwk(alg="ES256", use="sig")]}
    robot: Document = {"kind": "Client", "id": f"{SECRET}-robot", "tenant": "globex"}
    return [
        domain,
        login,
        vault,
        {**robot, "auth": {"method": "private_key_jwt", "jwks": key}, "grants": []},
        mapping(f"{SECRET}-sync", f"{SECRET}-login", match={"sub": "worker"}, principal="partner/worker"),
        {
            "kind": "Policy",
            "id": f"{SECRET}-rule",
            "tenant": "globex",
            "cedar": "forbid (principal, action, resource);",
        },
    ]


def meeting() -> list[Document]:
    """What tina writes: each is near to one of globex', or to none of anybody's."""
    robot: Document = {
        "kind": "Client",
        "id": "zz-secret",
        "tenant": "acme",
        "audiences": ["zz-secre"],
        "scopes": ["x"],
    }
    workload: Document = {"method": "tls_client_auth", "san_uri": "spiffe://td.example.com/robot"}
    by_issuer: Document = {"method": "spiffe_jwt", "issuer": "zz-secret", "spiffe_id": "spiffe://td.example.com/x"}
    grant: Document = {"audience": "zz-secret", "scopes": ["risk:read"]}
    cedar = 'forbid (principal, action, resource == Audience::"zz-secret") when { context has zone };'
    return [
        issuer("twin", tenant="acme", issuer=SHARED_NAME),
        trust_domain("twin-domain", tenant="acme"),
        audience("twin-api", tenant="acme", resource=SHARED_NAME, introspection=["zz-secret"]),
        mapping("probe", "zz-secret"),
        mapping("probe", "acme", grants=[grant], principal="partner/{sub}"),
        mapping("probe", "acme", match={"sub": "worker"}, principal="partner/worker", may_act=["zz-secret/*"]),
        {**robot, "auth": workload, "grants": ["token-exchange"]},
        {**robot, "auth": by_issuer, "grants": ["token-exchange"]},
        {"kind": "Policy", "id": "probe", "tenant": "acme", "cedar": cedar},
        {"kind": "Zone", "id": "zz-secret", "cidrs": ["192.0.2.0/24"]},
    ]


def test_O2_whatever_a_tenants_admin_writes_by_any_door_no_message_names_anothers_document() -> None:
    world = ResourceWorld()
    for document in globex():
        assert world.put(document).status == 201, document
    for document in meeting():
        body: Document = {"documents": [document]}
        one = f"/{PLURALS[document['kind']]}/{document['id']}"
        answers = [
            world.put(document, who="tina"),
            *(world.tina("POST", path, body) for path in ("/plan", "/apply", "/validate")),
            *(world.tina("GET", path) for path in (one, f"/history{one}")),
            world.call("DELETE", one, who="tina", if_match='"1"'),
        ]
        for answer in answers:
            assert f"{SECRET}-" not in answer.body.decode(), (document, answer)
    shared = world.call("DELETE", "/audiences/risk-engine", who="tina", if_match='"1"')
    assert f"{SECRET}-" not in shared.body.decode()


def test_O2_a_global_admin_is_told_every_name_that_is_in_the_way() -> None:
    world = ResourceWorld()
    for document in globex():
        world.put(document)
    for name, document in zip(("login", "domain", "vault"), meeting()[:3], strict=True):
        assert f"{SECRET}-{name}" in world.put(document).body.decode()


def test_O2_a_global_admin_is_told_what_is_in_the_way(world: ResourceWorld) -> None:
    answer = world.put(issuer("probe", issuer="https://globex-idp.example.com"))
    assert "Issuer globex-idp" in answer.members["errors"][0]["detail"]


def test_O2_who_takes_a_deleted_issuers_id_inherits_no_history(world: ResourceWorld) -> None:
    assert world.put(mapping("past", "acme", match={"sub": "our own"}), who="tina").status == 201
    for path in ("/mappings/globex-sync", "/issuers/globex-idp"):
        assert world.call("DELETE", path, if_match='"1"').status == 204
    world.clock.advance(1)
    assert world.put(issuer("globex-idp", tenant="acme"), who="tina").status == 201
    assert world.tina("GET", "/history/mappings/globex-sync").status == 404
    restored = world.call(
        "POST", "/history/mappings/globex-sync/restore", {"version": 1}, who="tina", if_none_match="*"
    )
    assert restored.status == 404
    assert world.tina("GET", "/history/mappings/past").status == 200


def test_O2_where_a_list_goes_on_names_nobody_elses_documents(world: ResourceWorld) -> None:
    """A page of few may end behind another tenant's document; from anybody's cursor that one could be read."""
    for number in range(30):
        world.store(issuer(f"globex-{number}", tenant="globex"))
    followed: list[str] = []
    while (following := world.tina("GET", "/issuers", query=_page(followed)).members["next"]) is not None:
        followed.append(following)
    assert len(followed) > 5
    assert not any(b"globex" in urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in followed)
    assert world.call("GET", "/issuers", query=_page(followed)).code == "bad_cursor", "another tenant's, or nobody's"


def _page(followed: list[str]) -> str:
    return "&".join(("limit=1", *(f"cursor={one}" for one in followed[-1:])))


def test_O2_a_chain_shows_a_tenants_own_records_alone(world: ResourceWorld) -> None:
    for jti, tenant, more in (("root", "globex", {}), ("leaf", "acme", {"parent_jti": "root"})):
        record: Document = {"jti": jti, "correlation_id": jti, "tenant": tenant, "claims": {"sub": f"secret {tenant}"}}
        times: Document = {"issued_at": NOW, "expires_at": NOW + 60, "status_idx": 1, "revocation_keys": []}
        world.ledger.commit({**record, **times, **more}, ())
    shown = world.tina("GET", "/audit/leaf/chain")
    assert [one["jti"] for one in shown.members["items"]] == ["leaf", "root"]
    assert (b"secret acme" in shown.body, b"secret globex" in shown.body) == (True, False)
    assert not shown.members["complete"]


def test_O2_no_admin_is_one_by_an_issuers_keys_without_its_mappings_saying_so(world: ResourceWorld) -> None:
    """Whoever may write the Issuer, with fewer rights, would give themselves the client's."""
    keys = {"jwks_uri": "https://td.example.com/keys"}
    domain = issuer("td", provider="spiffe", issuer="spiffe://td.example.com", keys=keys)
    assert world.put(domain).status == 201
    client = {
        "kind": "Client",
        "id": "robot",
        "auth": {"method": "spiffe_jwt", "issuer": "td", "spiffe_id": "spiffe://td.example.com/robot"},
        "audiences": ["federation-admin"],
        "scopes": list(ADMIN_SCOPES),
    }
    answer = world.put(client)
    assert (answer.status, answer.pointers) == (422, ["/auth/issuer"])
    certified = {**client, "auth": {"method": "tls_client_auth", "san_uri": "spiffe://td.example.com/robot"}}
    answer = world.put(certified)
    assert (answer.status, answer.pointers) == (422, ["/auth/san_uri"])
    for one in (client, {**certified, "id": "robot-2"}):
        assert world.put({**one, "audiences": ["risk-engine"], "scopes": ["risk:read"]}).status == 201
