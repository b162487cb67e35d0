from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import REGION, EmbeddedAws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRUST, STATE = "FEDERATION_TRUST_TABLE", "FEDERATION_STATE_TABLE"


@pytest.fixture
def settings() -> Iterator[Mapping[str, str]]:
    with EmbeddedAws({}) as settings:
        yield settings


@pytest.fixture
def dynamodb(settings: Mapping[str, str]) -> "DynamoDBClient":
    assert settings
    return dynamodb_client()


def update(table: str, key: dict[str, Any], value: str) -> dict[str, Any]:
    values = {":value": {"S": value}}
    expression = "SET content = :value"
    where = {"TableName": table, "Key": key}
    return {"Update": {**where, "UpdateExpression": expression, "ExpressionAttributeValues": values}}


def impossible(table: str, key: dict[str, Any]) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": key, "ConditionExpression": "attribute_exists(pk)"}}


@pytest.mark.parametrize(("setting", "sort"), [(TRUST, {"sk": {"S": "s"}}), (STATE, {})])
def test_an_update_in_a_transaction_that_fails_is_undone(
    dynamodb: "DynamoDBClient", settings: Mapping[str, str], setting: str, sort: dict[str, Any]
) -> None:
    table = settings[setting]
    key, other = {"pk": {"S": "a"}, **sort}, {"pk": {"S": "b"}, **sort}
    dynamodb.put_item(TableName=table, Item={**key, "content": {"S": "before"}})

    with pytest.raises(ClientError):
        dynamodb.transact_write_items(
            TransactItems=[update(table, key, "after"), impossible(table, other)]  # type: ignore[list-item]
        )

    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["content"] == {"S": "before"}
    assert "Item" not in dynamodb.get_item(TableName=table, Key=other)


@pytest.mark.parametrize(("setting", "sort"), [(TRUST, {"sk": {"S": "s"}}), (STATE, {})])
def test_what_a_transaction_that_fails_replaced_or_deleted_is_there_again(
    dynamodb: "DynamoDBClient", settings: Mapping[str, str], setting: str, sort: dict[str, Any]
) -> None:
    table = settings[setting]
    replaced, deleted, absent = ({"pk": {"S": name}, **sort} for name in ("a", "b", "c"))
    before = [{**replaced, "content": {"S": "a"}}, {**deleted, "content": {"S": "b"}}]
    for item in before:
        dynamodb.put_item(TableName=table, Item=item)
    replace: dict[str, Any] = {"Put": {"TableName": table, "Item": {**replaced, "content": {"S": "after"}}}}
    delete: dict[str, Any] = {"Delete": {"TableName": table, "Key": deleted}}

    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[replace, delete, impossible(table, absent)])  # type: ignore[list-item]

    assert [dynamodb.get_item(TableName=table, Key=key)["Item"] for key in (replaced, deleted)] == before
    assert "Item" not in dynamodb.get_item(TableName=table, Key=absent)


def test_a_transaction_with_the_same_token_is_applied_once(
    dynamodb: "DynamoDBClient", settings: Mapping[str, str]
) -> None:
    item = {"TableName": settings[STATE], "Item": {"pk": {"S": "a"}}}
    once: dict[str, Any] = {"Put": {**item, "ConditionExpression": "attribute_not_exists(pk)"}}
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[once], ClientRequestToken="token")  # type: ignore[list-item]
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[once], ClientRequestToken="other")  # type: ignore[list-item]


def pages(query: Callable[..., tuple[list[Item], int, Any]], **asked: object) -> list[Any]:
    found, behind = [], None
    while True:
        items, scanned, behind = query(exclusive_start_key=behind, **asked)
        found.append(([item.to_json() for item in items], scanned, behind))
        if behind is None:
            return found


@pytest.mark.parametrize(
    ("setting", "index", "attribute"), [(TRUST, None, "pk"), (STATE, None, "pk"), (STATE, "listing", "listing")]
)
@pytest.mark.parametrize("value", ["0", "1", "absent"])
def test_a_query_finds_by_pages_what_motos_own_finds(
    dynamodb: "DynamoDBClient", settings: Mapping[str, str], setting: str, index: str | None, attribute: str, value: str
) -> None:
    for number in range(6):
        key = {"pk": str(number)} if setting == STATE else {"pk": str(number % 3), "sk": str(number)}
        listed: dict[str, Any] = {"listing": {"S": str(number % 2)}, "expires_at": {"N": str(number)}}
        item = {name: {"S": text} for name, text in key.items()} | (listed if number < 5 else {})
        dynamodb.put_item(TableName=settings[setting], Item=item)
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(settings[setting])
    asked: dict[str, Any] = {"range_comparison": None, "range_objs": [], "limit": 1, "projection_expressions": None}
    named = DynamoType({"S": value})
    asked |= {"hash_key": named, "index_name": index, "hash_key_conditions": [(attribute, named)]}

    for forward in (True, False):
        found = pages(table.query, scan_index_forward=forward, **asked)
        assert found == pages(partial(Table.query, table), scan_index_forward=forward, **asked)
        assert any(items for items, _, _ in found) is (value != "absent")


def test_what_an_index_has_follows_each_change(dynamodb: "DynamoDBClient", settings: Mapping[str, str]) -> None:
    table, key = settings[STATE], {"pk": {"S": "a"}}
    listed: dict[str, Any] = {"listing": {"S": "before"}, "expires_at": {"N": "1"}}

    def found(value: str) -> int:
        return dynamodb.query(
            TableName=table,
            IndexName="listing",
            KeyConditionExpression="listing = :value",
            ExpressionAttributeValues={":value": {"S": value}},
        )["Count"]

    dynamodb.put_item(TableName=table, Item=key | listed)
    assert (found("before"), found("after")) == (1, 0)
    values: dict[str, Any] = {":value": {"S": "after"}}
    dynamodb.update_item(
        TableName=table, Key=key, UpdateExpression="SET listing = :value", ExpressionAttributeValues=values
    )
    assert (found("before"), found("after")) == (0, 1)
    dynamodb.delete_item(TableName=table, Key=key)
    assert found("after") == 0
