from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import EmbeddedAws

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
