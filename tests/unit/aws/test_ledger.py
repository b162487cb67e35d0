import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from botocore.stub import ANY, Stubber

from federation.aws.clients import dynamodb_client
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.local.embedded_aws import sealed_environment
from federation.model.json import JsonObject
from tests.support.fake_clock import FixedClock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENTRY: JsonObject = {
    "jti": "t1",
    "correlation_id": "c1",
    "txn": "",
    "principal": "partner/acme/sync",
    "issuer": None,
    "decided_by": {"sub": "\ud800", "level": 3},
}


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    with sealed_environment(None):
        yield dynamodb_client()


def test_a_record_is_searchable_and_whole(dynamodb: "DynamoDBClient") -> None:
    item = {
        "pk": {"S": "6:issued2:t1"},
        "jti": {"S": "t1"},
        "correlation_id": {"S": "c1"},
        "principal": {"S": "partner/acme/sync"},
        "entry": {"S": json.dumps(ENTRY)},
    }
    asked = {"TableName": "audit", "Item": item, "ConditionExpression": ANY, "ExpressionAttributeValues": ANY}
    with Stubber(dynamodb) as stubber:
        stubber.add_response("put_item", {}, asked)
        DynamoLedger(dynamodb, LedgerTables("audit", "state"), FixedClock()).commit(ENTRY, [])
        stubber.assert_no_pending_responses()
    assert item["entry"]["S"].isascii()
