"""SignalMemories and SignalRecords: nobody overwrites what another one learned, and what was told stays told."""

from typing import Any

import pytest
from msgspec.structs import replace

from federation.aws.signal_memories import DynamoSignalMemories
from federation.aws.signal_records import DynamoSignalRecords
from federation.model.signals import Signal, SignalSearch, StoredMemory, Watched
from federation.ports import SignalMemories, SignalRecords
from tests.support.contract import Engine
from tests.support.eventually import eventually
from tests.support.fake_clock import FixedClock
from tests.support.fake_signals import FakeSignals

NOW = 1_800_000_000
ANN = Watched("principal", "user/ann", "acme")
SIGNAL = Signal("s1", "surge", "high", ANN, 70, NOW, "Far more", "signal-surge", "acme", {"in_a_minute": 60}, ("c1",))


@pytest.fixture
def memories(engine: Engine | None) -> SignalMemories:
    if engine is None:
        return FakeSignals()
    return DynamoSignalMemories(engine.dynamodb, engine.tables()["FEDERATION_STATE_TABLE"], FixedClock(NOW))


@pytest.fixture
def records(engine: Engine | None) -> SignalRecords:
    if engine is None:
        return FakeSignals()
    return DynamoSignalRecords(engine.dynamodb, engine.tables()["FEDERATION_STATE_TABLE"])


def test_what_is_learned_is_there_for_whoever_looks_next(memories: SignalMemories) -> None:
    assert memories.load([ANN]) == {}
    assert memories.store({ANN: StoredMemory(b"\x00once", 1)}) == frozenset()
    assert memories.store({ANN: StoredMemory(b"\xfftwice", 2)}) == frozenset()
    assert memories.load([ANN, Watched("issuer", "acme")]) == {ANN: StoredMemory(b"\xfftwice", 2)}


def test_whoever_comes_second_is_told_so_and_overwrites_nothing(memories: SignalMemories) -> None:
    bob = Watched("principal", "user/bob", "acme")
    memories.store({ANN: StoredMemory(b"first", 1)})
    assert memories.store({ANN: StoredMemory(b"late", 1), bob: StoredMemory(b"new", 1)}) == {ANN}
    assert memories.store({ANN: StoredMemory(b"early", 3)}) == {ANN}
    assert memories.load([ANN, bob]) == {ANN: StoredMemory(b"first", 1), bob: StoredMemory(b"new", 1)}


def test_E6_names_of_identities_do_not_run_into_each_other(memories: SignalMemories) -> None:
    twins = [
        *(Watched("principal", "a"), Watched("principal", "a", ""), Watched("principal", "a", "b")),
        *(Watched("principal", "", "a"), Watched("client", "a"), Watched("address", "a")),
    ]
    memories.store({twin: StoredMemory(bytes([number]), 1) for number, twin in enumerate(twins)})
    assert [memories.load(twins)[twin].content for twin in twins] == [bytes([n]) for n in range(6)]


def test_more_identities_than_one_batch_takes_are_all_written_and_read(memories: SignalMemories) -> None:
    many = {Watched("address", f"10.0.0.{number}"): StoredMemory(b"x", 1) for number in range(130)}
    assert memories.store(many) == frozenset()
    assert memories.load(many.keys()) == many


def test_a_signal_that_is_put_again_is_one_and_says_whether_people_were_told(records: SignalRecords) -> None:
    assert records.put(SIGNAL) is False
    records.rung("s1")
    assert records.put(replace(SIGNAL, score=90)) is True
    assert records.put(SIGNAL) is True
    assert listed(records, 1) == [replace(SIGNAL, score=90)]


def listed(records: SignalRecords, expected: int, **search: Any) -> list[Signal]:  # noqa: ANN401 (of a search)
    """The index may be a moment late."""
    eventually(lambda: len(records.page(SignalSearch(**search), None, 50).items) >= expected)
    return list(records.page(SignalSearch(**search), None, 50).items)


def test_they_are_listed_the_newest_first_page_by_page(records: SignalRecords) -> None:
    for number in range(7):
        records.put(replace(SIGNAL, id=f"s{number}", at=NOW + number))
    listed(records, 7)
    found, after = list[str](), None
    while True:
        page = records.page(SignalSearch(), after, 3)
        found += [one.id for one in page.items]
        after = page.after
        if after is None:
            break
    assert found == ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]


def test_a_search_finds_what_fits_in_every_respect(records: SignalRecords) -> None:
    other = Watched("issuer", "globex")
    records.put(SIGNAL)
    records.put(replace(SIGNAL, id="s2", name="awakened", watched=other, tenant=None, score=40, at=NOW + 60))
    listed(records, 2)
    searches: list[tuple[dict[str, Any], list[str]]] = [
        ({"tenant": "acme"}, ["s1"]),
        ({"name": "awakened"}, ["s2"]),
        ({"what": "issuer", "value": "globex"}, ["s2"]),
        ({"what": "issuer", "value": "user/ann"}, []),
        ({"score": 70}, ["s1"]),
        ({"since": NOW + 1}, ["s2"]),
        ({"until": NOW + 59}, ["s1"]),
    ]
    for search, expected in searches:
        assert [one.id for one in listed(records, len(expected), **search)] == expected, search


@pytest.mark.parametrize("after", ["x", "7", '"pk"'])
def test_a_place_that_is_none_is_an_error_of_its_own(engine: Engine | None, records: SignalRecords, after: str) -> None:
    if engine is None:
        after = "x"
    with pytest.raises((ValueError, TypeError)):
        records.page(SignalSearch(), after, 5)
