"""A proof shows that a record is in the archive, and no other record."""

import json
from typing import Any

import pytest

from federation.archive.proofs import LATE, ArchiveProofs
from federation.audit.proof import NoProof, check_proof
from federation.model.archive import Happening
from federation.oauth.errors import ServerError
from tests.support.archive_rewriting import rewritten
from tests.support.archive_world import BRIDGE, ArchiveWorld, happening


class Proven:
    """An archive of several segments, and a record in the middle of it."""

    def __init__(self, before: int = 5, beside: int = 6, after: int = 4) -> None:
        self.world = ArchiveWorld()
        for _ in range(before):
            self._later(happening())
        self.issued_at = int(self.world.clock.now()) + 5
        self.record = happening(principal="user/acme/7")
        self._later(*(happening(secret=f"other-{n}") for n in range(beside // 2)), self.record, happening())
        for _ in range(after):
            self._later(happening())

    def _later(self, *happenings: Happening) -> None:
        self.world.clock.advance(10)
        self.world.archiver().append(list(happenings))

    def proof(self, jti: str | None = None, issued_at: int | None = None) -> Any:  # noqa: ANN401  (JSON)
        proofs = ArchiveProofs(self.world.segments, self.world.index)
        return proofs.of(jti or self.record.jti, issued_at or self.issued_at)

    def check(self, proof: Any, **changes: Any) -> Any:  # noqa: ANN401  (JSON)
        asked = {"issuer": BRIDGE, "jti": self.record.jti} | changes
        return check_proof(proof, self.world.jwks, **asked)


@pytest.fixture
def archive() -> Proven:
    return Proven()


def test_a_proof_is_checked_with_the_published_keys_alone(archive: Proven) -> None:
    proof = json.loads(json.dumps(archive.proof()))
    assert archive.check(proof).record["principal"] == "user/acme/7"


def test_it_shows_nothing_of_other_records(archive: Proven) -> None:
    text = json.dumps(archive.proof())
    assert "other-" not in text
    assert text.count("jti-") == 2, "in the event and in the record"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_segment_of_any_size_proves_each_of_its_records(size: int) -> None:
    world = ArchiveWorld()
    records = [happening() for _ in range(size)]
    world.archiver().append(records)
    for record in records:
        proof = ArchiveProofs(world.segments, world.index).of(record.jti, int(world.clock.now()))
        assert proof is not None
        assert check_proof(proof, world.jwks, issuer=BRIDGE, jti=record.jti).segment == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"line": '{"jti":"x"}'},
        {"index": 0},
        {"index": True},
        {"records": 9},
        {"path": []},
        {"path": ["00"]},
        {"path": "x"},
        {"head": "a.b.c"},
        {"segment": 1},
        {"format": "fedbridge-audit-proof/2"},
        {"line": None},
    ],
)
def test_P4_whatever_is_changed_in_a_proof_is_noticed(archive: Proven, changes: dict[str, Any]) -> None:
    with pytest.raises(NoProof):
        archive.check({**archive.proof(), **changes})


def test_P4_a_line_that_says_something_else_is_in_no_tree(archive: Proven) -> None:
    proof = archive.proof()
    with pytest.raises(NoProof, match="other records"):
        archive.check({**proof, "line": proof["line"].replace('"allow"', '"deny"')})


def test_P4_a_proof_is_of_one_token_of_one_bridge_by_its_keys(archive: Proven) -> None:
    proof = archive.proof()
    for changes in ({"jti": "jti-1"}, {"issuer": "https://other.example.com"}):
        with pytest.raises(NoProof):
            archive.check(proof, **changes)
    with pytest.raises(NoProof, match="no key"):
        check_proof(proof, ArchiveWorld().jwks, issuer=BRIDGE, jti=archive.record.jti)


def test_the_key_that_comes_with_a_proof_proves_nothing(archive: Proven) -> None:
    """Whoever makes an archive of their own has a key of their own."""
    forged = Proven()
    with pytest.raises(NoProof, match="no key"):
        archive.check(forged.proof(), jti=forged.record.jti)


def test_a_record_that_is_not_archived_yet_has_no_proof(archive: Proven) -> None:
    assert archive.proof("jti-that-nobody-has") is None
    assert archive.proof(issued_at=int(archive.world.clock.now()) + LATE) is None


def test_it_is_found_without_reading_all_of_the_archive() -> None:
    archive = Proven(before=60, after=60)
    read: list[int] = []

    class Counting:
        def get(self, number: int) -> bytes | None:
            read.append(number)
            return archive.world.segments.get(number)

        def put(self, number: int, content: bytes) -> bool:
            raise NotImplementedError

        def numbers(self, after: int, limit: int) -> tuple[int, ...]:
            raise NotImplementedError

    assert ArchiveProofs(Counting(), archive.world.index).of(archive.record.jti, archive.issued_at)
    assert len(read) < 20


def test_P4_nothing_is_proven_from_a_segment_that_was_rewritten(archive: Proven) -> None:
    number = int(archive.proof()["segment"])
    contents = archive.world.segments.contents
    contents[number] = rewritten(contents[number])
    with pytest.raises(ServerError):
        archive.proof()
