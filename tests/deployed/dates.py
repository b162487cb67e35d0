"""What no run can wait for: documents that have stood for days. The account's administrator dates them back."""

import json
from datetime import datetime, timedelta

from federation.audit.trust_change import is_trust_record
from tests.deployed.sam import Stack


def date_back(stack: Stack, days: int) -> None:
    """Every version of every trust document was recorded so many days earlier; what it says stays."""
    dynamodb, table = stack.client("dynamodb"), stack.outputs["AuditTableName"]
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            entry = json.loads(item.get("entry", {}).get("S", "{}"))
            if is_trust_record(str(entry.get("jti", ""))):
                said = {":entry": {"S": _earlier(entry, timedelta(days=days))}}
                update = {"UpdateExpression": "SET entry = :entry", "ExpressionAttributeValues": said}
                dynamodb.update_item(TableName=table, Key={"pk": item["pk"]}, **update)


def _earlier(entry: dict[str, object], by: timedelta) -> str:
    when = datetime.fromisoformat(str(entry["time"])) - by
    return json.dumps({**entry, "time": when.isoformat()})
