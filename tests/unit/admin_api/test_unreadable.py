"""What is stored and cannot be read is a failure of its own, whichever operation comes upon it."""

import pytest

from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import PastVersion
from federation.model.trust import DocumentRef, Kind
from tests.support.admin_world import AdminWorld
from tests.support.fake_trust import FakeTrust


class Damaged(FakeTrust):
    """One document of it, and its history, cannot be read."""

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        self._judge(ref)
        return super().get(ref)

    def history(self, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        self._judge(ref)
        return super().history(ref, before, limit)

    def _judge(self, ref: DocumentRef) -> None:
        if ref == DocumentRef(Kind.ZONE, "damaged"):
            raise CorruptDocument("Zone damaged: its version 3 is no JSON")


@pytest.mark.parametrize("path", ["/history/zones/damaged", "/zones/damaged"])
def test_the_answer_has_a_reason_and_only_the_record_says_what_it_is(path: str) -> None:
    world = AdminWorld(Damaged())
    answer = world.call("GET", path)
    assert (answer.status, answer.code) == (500, "unreadable_document")
    assert "version 3" not in answer.body.decode()
    assert "version 3" in str(world.log.entries[-1])
