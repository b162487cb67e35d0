"""ArchiveIndex: what is known about the archive outside of it."""

import pytest

from federation.aws.archive_index import REMEMBERED, DynamoArchiveIndex, IndexTables
from federation.aws.service import DynamoDb
from federation.model.archive import NO_SEGMENT, ArchiveHead
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import ArchiveIndex
from tests.support.contract import Engine
from tests.support.fake_archive import FakeArchiveIndex
from tests.support.fake_clock import FixedClock

HEAD = ArchiveHead(7, "ab" * 32, "ES256-x", 1_800_000_000)


@pytest.fixture
def index(engine: Engine | None) -> ArchiveIndex:
    if engine is None:
        return FakeArchiveIndex()
    names = engine.tables()
    tables = IndexTables(names["FEDERATION_TRUST_TABLE"], names["FEDERATION_STATE_TABLE"])
    return DynamoArchiveIndex(engine.dynamodb, tables, FixedClock())


def test_before_the_first_segment_there_is_none(index: ArchiveIndex) -> None:
    assert index.head() == NO_SEGMENT


def test_the_newest_head_is_remembered_whole(index: ArchiveIndex) -> None:
    index.advance(HEAD)
    assert index.head() == HEAD


def test_the_head_never_goes_back(index: ArchiveIndex) -> None:
    index.advance(HEAD)
    index.advance(ArchiveHead(6, "cd" * 32, "ES256-x", 1))
    index.advance(ArchiveHead(7, "ef" * 32, "ES256-x", 1))
    assert index.head() == HEAD


def test_what_was_marked_is_archived_and_nothing_else(index: ArchiveIndex) -> None:
    assert index.archived(["a"]) == frozenset()
    index.mark(["a", "b", "a"], 1)
    index.mark(["b", "c"], 2)
    assert index.archived(["a", "b", "c", "d"]) == {"a", "b", "c"}


def test_any_number_is_marked_and_asked_for(index: ArchiveIndex) -> None:
    events = [f"event-{number}" for number in range(260)]
    index.mark(events, 1)
    assert index.archived([*events, "other"]) == set(events)
    index.mark([], 2)
    assert index.archived([]) == frozenset()


def test_any_text_names_an_event(index: ArchiveIndex) -> None:
    events = ["", "x" * 2000, "ü\n", "1:a"]
    index.mark(events, 1)
    assert index.archived([*events, "a"]) == set(events)


def test_a_head_that_cannot_be_read_is_no_reason_to_begin_anew(dynamodb: DynamoDb, engine: Engine) -> None:
    names = engine.tables()
    tables = IndexTables(names["FEDERATION_TRUST_TABLE"], names["FEDERATION_STATE_TABLE"])
    key = {"pk": {"S": "7:archive"}, "sk": {"S": "head"}}
    dynamodb.put_item(TableName=tables.trust, Item={**key, "number": {"S": "x"}})
    with pytest.raises(TemporarilyUnavailable):
        DynamoArchiveIndex(dynamodb, tables, FixedClock()).head()


def test_marks_are_forgotten_when_nobody_tells_of_them_any_more(dynamodb: DynamoDb, engine: Engine) -> None:
    names, clock = engine.tables(), FixedClock()
    table = names["FEDERATION_STATE_TABLE"]
    DynamoArchiveIndex(dynamodb, IndexTables(names["FEDERATION_TRUST_TABLE"], table), clock).mark(["a"], 3)
    (item,) = engine.raw.scan(TableName=table)["Items"]
    assert item["expires_at"] == {"N": str(int(clock.now()) + REMEMBERED)}
    assert item["segment"] == {"N": "3"}
