"""The proof of one record over the admin API."""

import json

import pytest

from federation.admin_api.operation import Operation
from federation.admin_api.proofs import RecordProofs
from federation.admin_api.table import table_of
from federation.archive.proofs import ArchiveProofs
from federation.audit.proof import check_proof
from federation.insight.trail import Trail
from federation.model.archive import Happening
from federation.model.json import JsonObject
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import BRIDGE, NOW
from tests.support.archive_world import ArchiveWorld, happening
from tests.support.fake_refusal_search import FakeRefusalSearch

ISSUED: JsonObject = {
    "jti": "j-1",
    "correlation_id": "c-1",
    "outcome": "allow",
    "principal": "user/ann",
    "issuer": "acme",
    "tenant": "acme",
    "issued_at": NOW,
    "expires_at": NOW + 300,
    "status_idx": 7,
    "revocation_keys": [],
}


class ProofsWorld(ResourceWorld):
    """One token was issued, and its record waits in the stream."""

    def _operations(self) -> list[Operation]:
        operations = super()._operations()
        self.archive = ArchiveWorld()
        proofs = ArchiveProofs(self.archive.segments, self.archive.index)
        shown = RecordProofs(Trail(self.records, FakeRefusalSearch(self.log)), proofs)
        return [*operations, *table_of(BRIDGE, (shown,))[:-1]]

    def archived(self) -> None:
        issued = Happening("event-j-1", "recorded", NOW, "j-1", ISSUED)
        self.archive.archiver().append([happening(principal="user/other"), issued, happening(principal="user/other")])


@pytest.fixture
def world() -> ProofsWorld:
    world = ProofsWorld()
    world.ledger.commit(ISSUED, ())
    return world


def test_a_record_that_is_not_archived_yet_is_409_and_said_so(world: ProofsWorld) -> None:
    reply = world.call("GET", "/audit/j-1/proof")
    assert (reply.status, reply.code) == (409, "not_archived")
    world.archived()
    assert world.call("GET", "/audit/j-1/proof").status == 200


def test_it_is_checked_with_the_published_keys_alone_and_shows_nobody_else(world: ProofsWorld) -> None:
    world.archived()
    proof = world.call("GET", "/audit/j-1/proof").members
    proven = check_proof(proof, world.archive.jwks, issuer=BRIDGE, jti="j-1")
    assert (proven.record["principal"], "user/other" in json.dumps(proof)) == ("user/ann", False)


def test_a_token_that_was_never_issued_is_404(world: ProofsWorld) -> None:
    world.archived()
    assert world.call("GET", "/audit/j-2/proof").status == 404
