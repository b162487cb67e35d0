"""PolicyDirectory: all policies and zones, and one version that stands for all of them."""

import pytest

from federation.model.documents import StoredDocument
from federation.model.json import Json
from federation.model.policy import POLICY_SET, Policy, Zone, policy_set_of
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from tests.support.contract import Trust
from tests.support.trust_documents import SOMEBODY, next_version

PERMIT = "permit (principal, action, resource);"


def write(trust: Trust, kind: Kind, id_: str, **body: Json) -> None:
    version = next_version(trust.writer, DocumentRef(kind, id_))
    trust.writer.put(StoredDocument(kind, id_, version, {"kind": kind.value, "id": id_, **body}), None, SOMEBODY)


def test_before_anything_was_written_the_version_is_zero(trust: Trust) -> None:
    documents = trust.policies.policies()
    assert (documents.version, documents.policies, documents.zones) == (0, (), ())
    assert trust.versions(POLICY_SET) == {}


def test_policies_and_zones_are_read_with_the_version_of_their_set(trust: Trust) -> None:
    write(trust, Kind.POLICY, "p", cedar=PERMIT, tenant="acme")
    write(trust, Kind.ZONE, "corp", cidrs=["192.0.2.0/24"], enabled=False)
    documents = trust.policies.policies()
    assert documents.policies == (Policy("p", 1, PERMIT, "acme"),)
    assert documents.zones == (Zone("corp", 1, ("192.0.2.0/24",), enabled=False),)
    assert documents.version == 1
    acme = policy_set_of("acme")
    assert trust.versions(POLICY_SET, acme, policy_set_of("other")) == {POLICY_SET: 1, acme: 1}


def test_every_write_and_every_deletion_moves_the_set(trust: Trust) -> None:
    write(trust, Kind.POLICY, "p", cedar=PERMIT)
    write(trust, Kind.POLICY, "p", cedar=PERMIT, enabled=False)
    trust.writer.delete(DocumentRef(Kind.POLICY, "p"), 2, SOMEBODY)
    assert trust.policies.policies().version == 3
    assert trust.policies.policies().policies == ()


def test_other_documents_do_not_move_it(trust: Trust) -> None:
    write(trust, Kind.AUDIENCE, "a", scopes=["s"])
    assert trust.policies.policies().version == 0


def test_the_same_object_is_given_until_something_changed(trust: Trust) -> None:
    write(trust, Kind.POLICY, "p", cedar=PERMIT)
    first = trust.policies.policies()
    assert trust.policies.policies() is first
    write(trust, Kind.POLICY, "q", cedar=PERMIT)
    assert trust.policies.policies() is not first


@pytest.mark.parametrize(("kind", "body"), [(Kind.POLICY, {"cedar": 7}), (Kind.ZONE, {"cidrs": "all"})])
def test_a_corrupt_one_stops_everything_for_it_might_forbid(trust: Trust, kind: Kind, body: dict[str, Json]) -> None:
    write(trust, Kind.POLICY, "good", cedar=PERMIT)
    write(trust, kind, "bad", **body)
    with pytest.raises(TemporarilyUnavailable) as caught:
        trust.policies.policies()
    assert caught.value.reason is Reason.POLICY_UNAVAILABLE
