from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import EmbeddedAws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRUST, STATE = "federation-trust", "federation-state"


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    with EmbeddedAws({}):
        yield dynamodb_client()


def update(table: str, key: dict[str, Any], value: str) -> dict[str, Any]:
    values = {":value": {"S": value}}
    expression = "SET content = :value"
    where = {"TableName": table, "Key": key}
    return {"Update": {**where, "UpdateExpression": expression, "ExpressionAttributeValues": values}}


def impossible(table: str, key: dict[str, Any]) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": key, "ConditionExpression": "attribute_exists(pk)"}}


@pytest.mark.parametrize("table", [TRUST, STATE])
def test_an_update_in_a_transaction_that_fails_is_undone(dynamodb: "DynamoDBClient", table: str) -> None:
    sort = {"sk": {"S": "s"}} if table == TRUST else {}
    key, other = {"pk": {"S": "a"}, **sort}, {"pk": {"S": "b"}, **sort}
    dynamodb.put_item(TableName=table, Item={**key, "content": {"S": "before"}})

    with pytest.raises(ClientError):
        dynamodb.transact_write_items(
            TransactItems=[update(table, key, "after"), impossible(table, other)]  # type: ignore[list-item]
        )

    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["content"] == {"S": "before"}
    assert "Item" not in dynamodb.get_item(TableName=table, Key=other)


def test_a_transaction_with_the_same_token_is_applied_once(dynamodb: "DynamoDBClient") -> None:
    once: dict[str, Any] = {
        "Put": {"TableName": STATE, "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    }
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[once], ClientRequestToken="token")  # type: ignore[list-item]
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[once], ClientRequestToken="other")  # type: ignore[list-item]
