"""IssuerKeyStore: issuers' keys beyond one process."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace

from federation.aws.issuer_keys import DynamoIssuerKeys, Store
from federation.aws.service import DynamoDb
from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.ports import IssuerKeyStore, VersionConflict
from tests.support.contract import Engine
from tests.support.fake_issuer_keys import FakeIssuerKeys

KEYS = IssuerKeySet("acme", "version 1", '{"keys": [{"kid": "\u00e9"}]}', 1_800_000_000)
FULL = replace(KEYS, origin="keys.example.com:8443", replaced_at=1_700_000_000, given_at=1_750_000_000)


@pytest.fixture
def store(engine: Engine | None) -> IssuerKeyStore:
    if engine is None:
        return FakeIssuerKeys()
    return DynamoIssuerKeys(engine.dynamodb, engine.tables()["FEDERATION_TRUST_TABLE"], Store.FETCHED, print)


def saved(store: IssuerKeyStore, keys: IssuerKeySet) -> None:
    store.save(keys, store.load(keys.issuer).tag)


def test_nothing_lies_there_before_the_first_are_saved(store: IssuerKeyStore) -> None:
    assert store.load("acme") == KeptKeys(None, "")


@pytest.mark.parametrize("keys", [KEYS, FULL])
def test_what_was_saved_is_what_is_loaded(store: IssuerKeyStore, keys: IssuerKeySet) -> None:
    saved(store, keys)
    assert store.load("acme").keys == keys
    assert store.load("acme").tag


def test_an_issuer_has_one_set_and_every_issuer_its_own(store: IssuerKeyStore) -> None:
    saved(store, KEYS)
    saved(store, FULL)
    saved(store, replace(KEYS, issuer="other"))
    assert (store.load("acme").keys, store.load("other").keys) == (FULL, replace(KEYS, issuer="other"))


def test_the_tag_changes_with_the_keys(store: IssuerKeyStore) -> None:
    tags = set()
    for keys in (KEYS, FULL, replace(FULL, as_of=FULL.as_of + 1)):
        saved(store, keys)
        tags.add(store.load("acme").tag)
    assert len(tags) == 3


@pytest.mark.parametrize("tag", ["", "of something else"])
def test_who_has_not_seen_what_lies_there_cannot_replace_it(store: IssuerKeyStore, tag: str) -> None:
    saved(store, KEYS)
    with pytest.raises(VersionConflict):
        store.save(FULL, tag)
    assert store.load("acme").keys == KEYS


def test_what_is_gone_cannot_be_replaced(store: IssuerKeyStore) -> None:
    with pytest.raises(VersionConflict):
        store.save(KEYS, "of what was there once")


def test_of_many_at_once_one_wins(store: IssuerKeyStore) -> None:
    def attempt(number: int) -> bool:
        try:
            store.save(replace(KEYS, as_of=number), "")
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(1, 9))) == 1


class Altered:
    """The adapter, and what it said about an item that somebody else has touched."""

    def __init__(self, dynamodb: DynamoDb, table: str) -> None:
        self.told: list[str] = []
        self.store = DynamoIssuerKeys(dynamodb, table, Store.FETCHED, self.told.append)
        self._dynamodb = dynamodb
        self.table = table
        saved(self.store, FULL)

    def put(self, partition: str, issuer: str, **changes: Any) -> None:  # noqa: ANN401 - attribute values
        key = {"pk": {"S": Store.FETCHED.partition_key}, "sk": {"S": "acme"}}
        item = self._dynamodb.get_item(TableName=self.table, Key=key)["Item"]
        item |= {"pk": {"S": partition}, "sk": {"S": issuer}, **changes}
        kept = {name: value for name, value in item.items() if value is not None}
        self._dynamodb.put_item(TableName=self.table, Item=kept)


@pytest.fixture
def altered(dynamodb: DynamoDb, engine: Engine) -> Altered:
    return Altered(dynamodb, engine.tables()["FEDERATION_TRUST_TABLE"])


@pytest.mark.parametrize(
    "change",
    [
        {"jwks": {"S": '{"keys": []}'}},
        {"anchor": {"S": "version 2"}},
        {"as_of": {"N": "1900000000"}},
        {"origin": {"S": "evil.example.net"}},
        {"origin": None},
        {"replaced_at": None},
        {"sha256": {"S": "0" * 64}},
        {"sha256": None},
        {"sha256": {"N": "1"}},
        {"jwks": None},
        {"jwks": {"B": b"{}"}},
        {"as_of": {"S": "yesterday"}},
        {"as_of": {"N": "1.5"}},
    ],
)
def test_F18_what_was_altered_is_not_believed(altered: Altered, change: dict[str, Any]) -> None:
    altered.put(Store.FETCHED.partition_key, "acme", **change)
    assert altered.store.load("acme").keys is None
    assert len(altered.told) == 1


def test_F18_what_was_moved_is_not_believed(altered: Altered, dynamodb: DynamoDb) -> None:
    altered.put(Store.FETCHED.partition_key, "other")
    altered.put(Store.PUSHED.partition_key, "acme")
    assert altered.store.load("other").keys is None
    pushed = DynamoIssuerKeys(dynamodb, altered.table, Store.PUSHED, altered.told.append)
    assert pushed.load("acme").keys is None
    assert altered.told == ["fetched keys of other were altered", "pushed keys of acme were altered"]


@pytest.mark.parametrize("change", [{"jwks": {"S": "{}"}}, {"sha256": {"S": "0" * 64}}, {"sha256": None}])
def test_F18_what_was_altered_is_mended_by_the_next_who_saves(altered: Altered, change: dict[str, Any]) -> None:
    altered.put(Store.FETCHED.partition_key, "acme", **change)
    saved(altered.store, KEYS)
    assert altered.store.load("acme").keys == KEYS


def test_fetched_and_pushed_keys_of_an_issuer_do_not_meet(altered: Altered, dynamodb: DynamoDb) -> None:
    pushed = DynamoIssuerKeys(dynamodb, altered.table, Store.PUSHED, altered.told.append)
    assert pushed.load("acme") == KeptKeys()
    saved(pushed, KEYS)
    assert (pushed.load("acme").keys, altered.store.load("acme").keys) == (KEYS, FULL)
