"""ATTACKS O2: nobody approves what they asked for as an admin of another name, for which they wrote a mapping."""

import pytest
from msgspec.structs import replace

from federation.admin.second_admin import SEEDED, NewAdmin, SecondAdmin
from federation.model.approval import ApprovalRequest, ApprovalState
from federation.model.confirmation import APPROVALS_DECIDE, TRUST_READ
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.identity import identity_of, subject_key
from federation.model.own_claims import OwnClaims
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW, Document, Reply, admin_mapping, issuer, mapping
from tests.support.fake_clock import FixedClock
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.fake_trust import FakeTrust

ID, DAY = "a1" * 32, 24 * 60 * 60
ASKED = ApprovalRequest(id=ID, principal="admin/bob", audiences=("orders",), scopes=("write",), purposes=("a payment",))


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.approvals.ask(ASKED, NOW, 10 * DAY)
    return world


def eve(world: ResourceWorld, version: int = 1) -> Reply:
    now = int(world.clock.now())
    fed: Document = {"iss": "corp", "mapping": f"eve@{version}", "decision": "d"}
    token = world.token("eve", fed=fed, iat=now, exp=now + 300)
    return world.call("POST", f"/approvals/{ID}/approve", {}, token=token)


def refused(world: ResourceWorld, answer: Reply) -> None:
    assert (answer.status, answer.code) == (403, "new_admin"), answer.body
    assert world.approvals.kept[ID].state is ApprovalState.PENDING


def test_O2_who_was_made_an_admin_a_moment_ago_approves_nothing(world: ResourceWorld) -> None:
    assert world.put(admin_mapping("eve"), who="bob").status == 201
    refused(world, eve(world))
    assert world.log.entries[-1]["outcome"] == "deny"


def test_O2_nor_a_day_later_what_was_asked_for_by_then(world: ResourceWorld) -> None:
    assert world.put(admin_mapping("eve"), who="bob").status == 201
    world.clock.advance(DAY + 1)
    refused(world, eve(world))
    world.approvals.kept[ID] = replace(world.approvals.kept[ID], requested_at=NOW + DAY)
    assert eve(world).status == 200


def test_O2_nor_who_was_given_that_right_a_moment_ago(world: ResourceWorld) -> None:
    world.store(admin_mapping("eve", scopes=(TRUST_READ,)))
    assert world.put(admin_mapping("eve"), '"1"', who="bob").status == 200
    refused(world, eve(world, 2))


@pytest.mark.parametrize("change", [{"match": {"sub": "somebody-else"}}, {"principal": "admin/eve2"}])
def test_O2_nor_who_an_old_admin_was_turned_into(world: ResourceWorld, change: Document) -> None:
    world.store(admin_mapping("eve"))
    assert world.put({**admin_mapping("eve"), **change}, '"1"', who="bob").status == 200
    refused(world, eve(world, 2))


def test_O2_nor_by_an_issuer_that_names_other_keys_since(world: ResourceWorld) -> None:
    world.store(issuer("side"))
    world.store(admin_mapping("eve", "side"))
    assert world.put({**issuer("side"), "keys": {"jwks_uri": "https://evil.example.com/jwks"}}, '"1"').status == 200
    fed: Document = {"iss": "side", "mapping": "eve@1", "decision": "d"}
    refused(world, world.call("POST", f"/approvals/{ID}/approve", {}, token=world.token("eve", fed=fed)))


ADA = subject_key("corp", identity_of("corp", "ada")).value


def as_ada(world: ResourceWorld, method: str, path: str, body: Document) -> Reply:
    """By a mapping of long standing that lets her in as admin/eve, while another lets her in as admin/bob."""
    fed: Document = {"iss": "corp", "mapping": "eve@1", "decision": "d", "sub": identity_of("corp", "ada")}
    return world.call(method, path, body, token=world.token("eve", fed=fed))


def test_O2_nor_the_same_person_under_another_name(world: ResourceWorld) -> None:
    world.store(admin_mapping("eve"))
    asked = world.approvals.kept[ID]
    world.approvals.kept[ID] = replace(asked, request=replace(ASKED, subjects=(ADA,)))
    for said in ("approve", "deny"):
        answer = as_ada(world, "POST", f"/approvals/{ID}/{said}", {})
        assert (answer.status, answer.code) == (403, "own_request"), answer.body
    world.approvals.kept[ID] = asked
    assert as_ada(world, "POST", f"/approvals/{ID}/approve", {}).status == 200


def test_E10_nor_does_that_person_confirm_what_they_wrote_as_another(world: ResourceWorld) -> None:
    everybody = mapping("everybody", match={"iss": "https://corp.example.com"}, dangerous=True)
    bob: Document = {"iss": "corp", "mapping": "bob@1", "decision": "d", "sub": identity_of("corp", "ada")}
    assert world.put(everybody, token=world.token("bob", fed=bob)).status == 201
    world.store(admin_mapping("eve"))
    answer = as_ada(world, "POST", "/mappings/everybody/confirm", {"version": 1, "reason": "all of them"})
    assert (answer.status, answer.code) == (403, "own_document"), answer.body
    confirmed: Document = {"version": 1, "reason": "all of them"}
    assert world.call("POST", "/mappings/everybody/confirm", confirmed).status == 200


def test_O2_to_deny_takes_no_standing(world: ResourceWorld) -> None:
    assert world.put(admin_mapping("eve"), who="bob").status == 201
    fed: Document = {"iss": "corp", "mapping": "eve@1", "decision": "d"}
    assert world.call("POST", f"/approvals/{ID}/deny", {}, token=world.token("eve", fed=fed)).status == 200


@pytest.mark.parametrize(
    ("who", "request_", "laptop", "taken"),
    [
        (SEEDED, "", True, True),
        (SEEDED, "", False, False),
        (SEEDED, "c-1", True, False),
        ("admin/bob", "c-1", True, False),
    ],
)
def test_O2_on_a_laptop_those_count_with_whom_it_began(who: str, request_: str, laptop: bool, taken: bool) -> None:
    trust, clock = FakeTrust(), FixedClock(NOW)
    change = Change(who, "2027-01-15T08:00:00+00:00", "", request_)
    for document in (issuer(), admin_mapping("eve")):
        trust.put(StoredDocument(Kind(document["kind"]), document["id"], 1, document), None, change)
    came = OwnClaims(
        "j",
        "admin/eve",
        ("federation-admin",),
        (APPROVALS_DECIDE,),
        "t",
        "corp",
        "eve",
        None,
        DocumentVersion(DocumentRef(Kind.KEY_SET, "signing"), 1),
        mapping_version=1,
        issued_at=NOW,
    )
    second = SecondAdmin(trust, trust, FakeIssuerKeys(), clock, laptop)
    if taken:
        second.check_decider(came, NOW + 1)
        return
    with pytest.raises(NewAdmin):
        second.check_decider(came, NOW + 1)
