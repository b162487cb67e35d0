"""The archive over the admin API."""

import pytest

from federation.admin_api.operation import Operation
from federation.admin_api.segments import ArchivedSegments
from federation.admin_api.table import table_of
from federation.audit.chain import StoredSegment, verify
from federation.audit.segment import MAX_SEGMENT, digest
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import BRIDGE
from tests.support.archive_world import ArchiveWorld


class SegmentsWorld(ResourceWorld):
    """With an archive of three segments."""

    def _operations(self) -> list[Operation]:
        self.archive = ArchiveWorld()
        self.archive.write(2, 1, 3)
        shown = ArchivedSegments(self.archive.segments, self.archive.index, self.cursors)
        return [*super()._operations(), *table_of(BRIDGE, (shown,))[:-1]]


@pytest.fixture
def world() -> SegmentsWorld:
    return SegmentsWorld()


def test_segments_are_listed_page_by_page_with_the_newest_as_it_is_remembered_elsewhere(world: SegmentsWorld) -> None:
    first = world.call("GET", "/audit/segments", query="limit=2").members
    assert [each["number"] for each in first["items"]] == [1, 2]
    head = world.archive.index.newest
    assert first["head"] == {
        "number": 3,
        "digest": head.digest,
        "kid": head.kid,
        "signed_at": "2027-01-15T08:00:00+00:00",
    }
    second = world.call("GET", "/audit/segments", query=f"limit=2&cursor={first['next']}").members
    assert ([each["number"] for each in second["items"]], second["next"]) == ([3], None)


def test_whoever_knows_the_beginning_asks_for_the_rest(world: SegmentsWorld) -> None:
    items = world.call("GET", "/audit/segments", query="after=2").members["items"]
    assert [each["number"] for each in items] == [3]


def test_before_the_first_segment_there_is_no_head(world: SegmentsWorld) -> None:
    world.archive.index.__init__()  # type: ignore[misc]
    world.archive.segments.contents.clear()
    assert world.call("GET", "/audit/segments").members == {"items": [], "head": None, "next": None}


def test_what_is_shown_verifies(world: SegmentsWorld) -> None:
    shown = [world.call("GET", f"/audit/segments/{number}").members for number in (1, 2, 3)]
    stored = [StoredSegment(each["number"], each["text"].encode()) for each in shown]
    assert verify(stored, world.archive.jwks, seen=[world.archive.index.newest]).records == 6
    assert [each["digest"] for each in shown] == [digest(content) for _, content in stored]


@pytest.mark.parametrize("content", [b"\xff\xfe", "ü".encode(), b"", b"x" * (MAX_SEGMENT + 9)])
def test_whatever_lies_there_is_answered(world: SegmentsWorld, content: bytes) -> None:
    world.archive.segments.contents[2] = content
    answer = world.call("GET", "/audit/segments/2")
    assert answer.status == 200
    assert len(answer.members["text"]) <= MAX_SEGMENT + 1


def test_the_largest_segment_fits_into_an_answer_of_lambda(world: SegmentsWorld) -> None:
    """Quotation marks and backslashes grow twice: in the answer, and in the event around it."""
    worst = b'"' * MAX_SEGMENT
    world.archive.segments.contents[2] = worst
    body = world.call("GET", "/audit/segments/2").body.decode()
    assert len(body) + body.count('"') + body.count("\\") < 6 * 1024 * 1024


@pytest.mark.parametrize("number", ["4", "999999999999"])
def test_a_segment_that_is_not_there_is_said(world: SegmentsWorld, number: str) -> None:
    assert world.call("GET", f"/audit/segments/{number}").status == 404


@pytest.mark.parametrize("number", ["0", "-1", "01", "1.5", "x", "1" * 13])
def test_what_is_no_number_is_refused(world: SegmentsWorld, number: str) -> None:
    assert world.call("GET", f"/audit/segments/{number}").status == 400


@pytest.mark.parametrize("path", ["/audit/segments", "/audit/segments/1"])
def test_a_tenants_auditor_does_not_see_what_others_did(world: SegmentsWorld, path: str) -> None:
    refused = world.tina("GET", path)
    assert (refused.status, refused.members["code"]) == (403, "outside_tenant")


def test_a_path_that_two_operations_fit_is_answered_by_the_first(world: SegmentsWorld) -> None:
    assert world.call("GET", "/audit/segments/chain").status == 404
