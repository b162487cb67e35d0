import json

from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import DynamoDb
from federation.model.json import JsonObject
from tests.support.fake_clock import FixedClock
from tests.support.scripted_service import ScriptedService

ENTRY: JsonObject = {
    "jti": "t1",
    "correlation_id": "c1",
    "txn": "",
    "principal": "partner/acme/sync",
    "issuer": None,
    "decided_by": {"sub": "\ud800", "level": 3},
}


def test_a_record_is_searchable_and_whole() -> None:
    dynamodb = ScriptedService({})
    DynamoLedger(DynamoDb(dynamodb), LedgerTables("audit", "state"), FixedClock()).commit(ENTRY, [])
    [(operation, asked)] = dynamodb.asked
    assert (operation, asked["TableName"]) == ("PutItem", "audit")
    assert asked["Item"] == {
        "pk": {"S": "6:issued2:t1"},
        "jti": {"S": "t1"},
        "correlation_id": {"S": "c1"},
        "principal": {"S": "partner/acme/sync"},
        "entry": {"S": json.dumps(ENTRY)},
    }
    assert asked["Item"]["entry"]["S"].isascii()
