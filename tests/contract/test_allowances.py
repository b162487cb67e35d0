"""Allowances: rate limits that every process shares."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from federation.aws.allowances import DynamoAllowances
from federation.aws.items import item_key
from federation.aws.service import DynamoDb
from federation.model.trust import RateLimit
from federation.ports import Allowances
from tests.support.aws_calls import counted_calls
from tests.support.contract import Engine
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
KEY = ("client", "gateway")
LIMIT = RateLimit(per_second=10, burst=20)


@dataclass(frozen=True, slots=True)
class Case:
    """Allowances as several processes have them, who agree about the time."""

    clock: FixedClock
    process: Callable[[], Allowances]


@pytest.fixture
def case(engine: Engine | None) -> Case:
    clock = FixedClock(NOW)
    if engine is None:
        fake = FakeAllowances(clock)
        return Case(clock, lambda: fake)
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    return Case(clock, lambda: DynamoAllowances(engine.dynamodb, table, clock))


def test_a_full_bucket_gives_its_burst_and_no_more(case: Case) -> None:
    one, other = case.process(), case.process()
    taken = [process.take(KEY, LIMIT, 1) for process in (one, other) * 10]
    assert taken == [0.0] * 20
    assert [one.take(KEY, LIMIT, 1), other.take(KEY, LIMIT, 1)] == [0.1, 0.1]


def test_what_is_refused_takes_nothing(case: Case) -> None:
    process = case.process()
    assert process.take(KEY, LIMIT, 15) == 0.0
    assert [process.take(KEY, LIMIT, 6) for _ in range(3)] == [0.1] * 3
    assert process.take(KEY, LIMIT, 5) == 0.0


def test_the_wait_is_true_to_the_moment(case: Case) -> None:
    process = case.process()
    process.take(KEY, LIMIT, 20)
    case.clock.advance(0.25)
    assert process.take(KEY, LIMIT, 5) == 0.25
    case.clock.advance(0.125)
    assert process.take(KEY, LIMIT, 5) == 0.125
    case.clock.advance(0.125)
    assert process.take(KEY, LIMIT, 5) == 0.0
    assert process.take(KEY, LIMIT, 1) == 0.1


def test_a_bucket_fills_to_its_burst_however_long_nobody_asks(case: Case) -> None:
    process = case.process()
    process.take(KEY, LIMIT, 20)
    case.clock.advance(100_000)
    assert [process.take(KEY, LIMIT, 20), process.take(KEY, LIMIT, 1)] == [0.0, 0.1]


def test_thirds_of_a_second_are_not_rounded_away(case: Case) -> None:
    process, limit = case.process(), RateLimit(per_second=3, burst=3)
    taken = 0
    for _ in range(101):
        while process.take(KEY, limit, 1) == 0.0:
            taken += 1
        case.clock.advance(0.125)
    assert taken == 3 + 37  # 12.5 seconds, three each: never 38


def test_every_key_and_every_rate_has_a_bucket_of_its_own(case: Case) -> None:
    process = case.process()
    keys = [("a", "b"), ("a", "b", ""), ("ab",), ("", "ab"), ("a", "B"), ("\u00e9" * 600,), ("\u00e9" * 601,)]
    assert [process.take(key, LIMIT, 20) for key in keys] == [0.0] * len(keys)
    assert process.take(keys[0], RateLimit(11, 20), 20) == 0.0


def test_another_burst_is_no_new_bucket(case: Case) -> None:
    process = case.process()
    process.take(KEY, LIMIT, 20)
    assert process.take(KEY, RateLimit(10, 10), 1) > 0


@pytest.mark.parametrize("wanted", [0, -1, 21])
def test_what_a_bucket_never_has_is_a_mistake(case: Case, wanted: int) -> None:
    with pytest.raises(ValueError, match="never has"):
        case.process().take(KEY, LIMIT, wanted)


def test_Q2_of_fifty_at_once_exactly_as_many_get_something_as_there_is(case: Case) -> None:
    processes = [case.process() for _ in range(50)]
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda process: process.take(KEY, LIMIT, 1), processes))
    assert waits.count(0.0) == 20
    assert set(waits) == {0.0, 0.1}


# The adapter alone


@pytest.fixture
def table(engine: Engine, dynamodb: DynamoDb) -> str:
    assert dynamodb
    return engine.tables()["FEDERATION_STATE_TABLE"]


def test_a_take_is_one_write_where_the_bucket_is_as_this_process_left_it(dynamodb: DynamoDb, table: str) -> None:
    clock = FixedClock(NOW)
    allowances = DynamoAllowances(dynamodb, table, clock)
    with counted_calls(dynamodb) as calls:
        for _ in range(3):
            allowances.take(KEY, LIMIT, 5)
        clock.advance(60)
        allowances.take(KEY, LIMIT, 20)
        allowances.take(KEY, LIMIT, 1)
    assert calls == ["UpdateItem"] * 5


def test_a_bucket_that_was_forgotten_is_full(dynamodb: DynamoDb, table: str) -> None:
    allowances = DynamoAllowances(dynamodb, table, FixedClock(NOW))
    allowances.take(KEY, LIMIT, 20)
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": item_key("allowance", "10", *KEY)}})
    assert allowances.take(KEY, LIMIT, 20) == 0.0


def test_an_item_is_kept_until_its_bucket_has_long_been_full(dynamodb: DynamoDb, table: str) -> None:
    DynamoAllowances(dynamodb, table, FixedClock(NOW)).take(KEY, RateLimit(1, 5000), 5000)
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": item_key("allowance", "1", *KEY)}})["Item"]
    assert int(item["expires_at"]["N"]) >= NOW + 5000


def test_Q2_a_process_whose_clock_is_far_ahead_locks_nobody_out(dynamodb: DynamoDb, table: str) -> None:
    """Nobody who asks by the right time waits for a time that a broken clock has written."""
    clock, ahead = FixedClock(NOW), FixedClock(NOW + 290)
    DynamoAllowances(dynamodb, table, ahead).take(KEY, LIMIT, 20)
    processes = [DynamoAllowances(dynamodb, table, clock) for _ in range(5)]
    assert [process.take(KEY, LIMIT, 2) for process in processes] == [0.0, 0.2, 0.2, 0.2, 0.2]
    clock.advance(0.2)
    assert [process.take(KEY, LIMIT, 2) for process in processes] == [0.0, 0.2, 0.2, 0.2, 0.2]


def test_Q2_clocks_that_differ_a_little_make_nobody_less_patient(dynamodb: DynamoDb, table: str) -> None:
    """Else two of them would empty one bucket in turn, and each find it filled again."""
    clocks = FixedClock(NOW), FixedClock(NOW + 30)
    slow, fast = (DynamoAllowances(dynamodb, table, clock) for clock in clocks)
    assert fast.take(KEY, LIMIT, 20) == 0.0
    assert [slow.take(KEY, LIMIT, 1), fast.take(KEY, LIMIT, 1)] == [30.1, 0.1]


class HeldUp(FixedClock):
    """The time of a process that was held up between what it asked and the answer."""

    def __init__(self, at: float, seconds: float) -> None:
        super().__init__(at)
        self.seconds = seconds

    def now(self) -> float:
        found = super().now()
        self.advance(self.seconds)
        self.seconds = 0.0
        return found


def test_who_was_held_up_is_not_told_that_the_bucket_is_as_empty_as_it_was(
    engine: Engine | None, dynamodb: DynamoDb
) -> None:
    """A caller far below the limit, in a process that stood still for a second under load."""
    assert engine is not None
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    DynamoAllowances(dynamodb, table, FixedClock(NOW)).take(KEY, LIMIT, 20)
    assert DynamoAllowances(dynamodb, table, HeldUp(NOW, 1.0)).take(KEY, LIMIT, 1) == 0.0


def test_who_was_not_held_up_waits(engine: Engine | None, dynamodb: DynamoDb) -> None:
    assert engine is not None
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    DynamoAllowances(dynamodb, table, FixedClock(NOW)).take(KEY, LIMIT, 20)
    assert DynamoAllowances(dynamodb, table, HeldUp(NOW, 0.0)).take(KEY, LIMIT, 1) == 0.1
