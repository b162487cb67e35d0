"""What no run can wait for: documents that have stood for days. The account's administrator dates them back."""

import json
from datetime import datetime, timedelta

from tests.deployed.sam import Stack


def date_back(stack: Stack, days: int) -> None:
    """Every version of every trust document was written so many days earlier; what it says stays."""
    dynamodb, table = stack.client("dynamodb"), stack.outputs["TrustTableName"]
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            if "change" in item:
                key = {name: item[name] for name in ("pk", "sk")}
                said = {":change": {"S": _earlier(item["change"]["S"], timedelta(days=days))}}
                update = {"UpdateExpression": "SET change = :change", "ExpressionAttributeValues": said}
                dynamodb.update_item(TableName=table, Key=key, **update)


def _earlier(change: str, by: timedelta) -> str:
    members = json.loads(change)
    when = datetime.fromisoformat(members["when"]) - by
    return json.dumps({**members, "when": when.isoformat()})
