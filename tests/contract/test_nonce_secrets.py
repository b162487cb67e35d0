"""NonceSecrets: secrets that every process shares, one for each span of time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from federation.aws.nonce_secrets import DynamoNonceSecrets, Purpose, secret_key
from federation.aws.service import DynamoDb
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import NonceSecrets
from tests.support.aws_calls import counted_calls
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_nonce_secrets import FakeNonceSecrets

PURPOSES: tuple[Purpose, ...] = ("nonce_secret", "cursor_secret")
NOW = 1_800_000_000


@pytest.fixture
def process(engine: Engine | None) -> Callable[[], NonceSecrets]:
    """Another process that shares them."""
    if engine is None:
        fake = FakeNonceSecrets()
        return lambda: fake
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    return lambda: DynamoNonceSecrets(engine.dynamodb, table, FixedClock(NOW))


def test_a_secret_has_32_bytes(process: Callable[[], NonceSecrets]) -> None:
    assert len(process().secret(1)) == 32


def test_it_is_the_same_whoever_asks_and_however_often(process: Callable[[], NonceSecrets]) -> None:
    first = process()
    assert len({first.secret(1), first.secret(1), process().secret(1), process().secret(1)}) == 1


def test_every_period_has_its_own(process: Callable[[], NonceSecrets]) -> None:
    assert len({process().secret(period) for period in range(30)}) == 30


def test_of_many_who_ask_first_all_get_the_same(process: Callable[[], NonceSecrets]) -> None:
    processes = [process() for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(lambda one: one.secret(7), processes))) == 1


# The adapter alone


def test_what_secrets_are_for_parts_them(dynamodb: DynamoDb, table: str) -> None:
    nonces, cursors = (DynamoNonceSecrets(dynamodb, table, FixedClock(NOW), of=of) for of in PURPOSES)
    assert nonces.secret(1) != cursors.secret(1)


@pytest.fixture
def table(engine: Engine, dynamodb: DynamoDb) -> str:
    assert dynamodb
    return engine.tables()["FEDERATION_STATE_TABLE"]


def test_a_process_asks_once_for_a_period(dynamodb: DynamoDb, table: str) -> None:
    secrets = DynamoNonceSecrets(dynamodb, table, FixedClock(NOW))
    with counted_calls(dynamodb) as calls:
        for _ in range(3):
            secrets.secret(1)
            secrets.secret(2)
    assert calls == ["GetItem", "PutItem"] * 2


def test_a_process_remembers_a_few_periods_and_no_more(dynamodb: DynamoDb, table: str) -> None:
    secrets = DynamoNonceSecrets(dynamodb, table, FixedClock(NOW))
    kept = [secrets.secret(period) for period in range(9)]
    with counted_calls(dynamodb) as calls:
        assert [secrets.secret(period) for period in range(1, 9)] == kept[1:]
        assert secrets.secret(0) == kept[0]
    assert calls == ["GetItem"]


def test_it_comes_from_the_operating_system_and_may_go_after_a_day(dynamodb: DynamoDb, table: str) -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return b"r" * size

    assert DynamoNonceSecrets(dynamodb, table, FixedClock(NOW), random).secret(1) == b"r" * 32
    assert asked == [32]
    item = dynamodb.get_item(TableName=table, Key=secret_key(1))["Item"]
    assert item["expires_at"] == {"N": str(NOW + 86_400)}


@pytest.mark.parametrize("kept", [{}, {"secret": {"B": b"short"}}, {"secret": {"S": "x" * 32}}])
def test_what_is_no_secret_is_never_used(dynamodb: DynamoDb, table: str, kept: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=table, Item=secret_key(1) | kept)
    with pytest.raises(TemporarilyUnavailable):
        DynamoNonceSecrets(dynamodb, table, FixedClock(NOW)).secret(1)
