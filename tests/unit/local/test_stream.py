"""A table's stream on a laptop."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import EmbeddedAws
from federation.local.stream import Event, StreamReader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def settings() -> Iterator[Mapping[str, str]]:
    with EmbeddedAws({}) as settings:
        yield settings


@pytest.fixture
def table(settings: Mapping[str, str]) -> str:
    return settings["FEDERATION_AUDIT_TABLE"]


@pytest.fixture
def dynamodb(settings: Mapping[str, str]) -> "DynamoDBClient":
    assert settings
    return dynamodb_client()


class Listener:
    """A function behind the stream, that is out of order when it is told so."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.failing = False

    def __call__(self, event: Event) -> None:
        if self.failing:
            raise ValueError("out of order")
        self.heard += event["Records"]

    @property
    def names(self) -> list[tuple[str, str]]:
        return [(one["eventName"], one["dynamodb"]["Keys"]["pk"]["S"]) for one in self.heard]


def put(table: str, pk: str, **more: str) -> dict[str, Any]:
    return {"TableName": table, "Item": {"pk": {"S": pk}, **{name: {"S": text} for name, text in more.items()}}}


def test_what_happens_is_told_in_order_with_both_images(table: str, dynamodb: "DynamoDBClient") -> None:
    listener = Listener()
    look = StreamReader(table, listener)
    look()
    listener.heard.clear()
    dynamodb.put_item(**put(table, "a"))
    dynamodb.put_item(**put(table, "a", x="1"))
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": "a"}})
    look()
    look()
    assert listener.names == [("INSERT", "a"), ("MODIFY", "a"), ("REMOVE", "a")]
    assert listener.heard[1]["dynamodb"]["OldImage"] == {"pk": {"S": "a"}}
    assert isinstance(listener.heard[0]["dynamodb"]["ApproximateCreationDateTime"], float)


def test_what_the_function_did_not_take_is_told_again_under_the_same_name(
    table: str, dynamodb: "DynamoDBClient"
) -> None:
    listener, other = Listener(), Listener()
    look = StreamReader(table, listener)
    look()
    listener.heard.clear()
    dynamodb.put_item(**put(table, "b"))
    listener.failing = True
    with pytest.raises(ValueError, match="out of order"):
        look()
    listener.failing = False
    look()
    StreamReader(table, other)()
    assert listener.names == [("INSERT", "b")]
    assert listener.heard[0]["eventID"] == other.heard[-1]["eventID"]


def test_what_changes_nothing_is_not_told(table: str, dynamodb: "DynamoDBClient") -> None:
    listener = Listener()
    for _ in range(2):
        dynamodb.put_item(**put(table, "c", x="1"))
    StreamReader(table, listener)()
    assert listener.names.count(("INSERT", "c")) == 1
    assert ("MODIFY", "c") not in listener.names


def test_a_transaction_is_told_if_it_was_applied(table: str, dynamodb: "DynamoDBClient") -> None:
    listener = Listener()
    dynamodb.transact_write_items(TransactItems=[{"Put": put(table, "d")}, {"Put": put(table, "e")}])  # type: ignore[typeddict-item]
    failing = {**put(table, "d"), "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[{"Put": put(table, "f")}, {"Put": failing}])  # type: ignore[typeddict-item]
    dynamodb.put_item(**put(table, "g"))
    StreamReader(table, listener)()
    assert listener.names[-3:] == [("INSERT", "d"), ("INSERT", "e"), ("INSERT", "g")]


def test_a_table_without_a_stream_gets_one(dynamodb: "DynamoDBClient") -> None:
    keys: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    dynamodb.create_table(TableName="earlier", BillingMode="PAY_PER_REQUEST", **keys)
    listener = Listener()
    look = StreamReader("earlier", listener)
    dynamodb.put_item(**put("earlier", "a"))
    look()
    assert listener.names == [("INSERT", "a")]
