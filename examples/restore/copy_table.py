# ruff: noqa: INP001 - a script of its own
"""Makes a table equal to one that was restored beside it: python copy_table.py RESTORED LIVE.

The live table keeps its name, stream, permissions and recovery. With --add-missing nothing that is there is changed or
removed: for the audit table. What is spent or revoked never comes back as it was before: a table that has such items
is refused.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import boto3

SPENT = ("4:once", "7:revoked", "17:approval-decision", "5:token")
"""How the keys of the state table begin: one-time claims, revocations, approvals, opaque tokens."""

Item = dict[str, Any]


def items(dynamodb: Any, table: str) -> Iterator[Item]:  # noqa: ANN401 (a client of boto3)
    """All of them."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def key_names(dynamodb: Any, table: str) -> tuple[str, ...]:  # noqa: ANN401
    """Of the table's key."""
    return tuple(one["AttributeName"] for one in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"])


def copy(dynamodb: Any, restored: str, live: str, *, add_missing: bool = False) -> tuple[int, int]:  # noqa: ANN401
    """How many were put and deleted; raises ValueError for what must not come back."""
    names = key_names(dynamodb, restored)
    if names != key_names(dynamodb, live):
        raise ValueError("the two tables have different keys")
    wanted = {tuple(item[name]["S"] for name in names): item for item in items(dynamodb, restored)}
    if any(key[0].startswith(SPENT) for key in wanted):
        raise ValueError("this is a state table: what was spent or revoked since would be good again")
    found = {tuple(item[name]["S"] for name in names): item for item in items(dynamodb, live)}
    put = [item for key, item in wanted.items() if key not in found or (not add_missing and found[key] != item)]
    gone = [] if add_missing else [key for key in found if key not in wanted]
    for item in put:
        dynamodb.put_item(TableName=live, Item=item)
    for key in gone:
        dynamodb.delete_item(TableName=live, Key={name: {"S": value} for name, value in zip(names, key, strict=True)})
    return len(put), len(gone)


def main() -> int:
    """Exits 0, or 1 with the reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("restored")
    parser.add_argument("live")
    parser.add_argument("--add-missing", action="store_true")
    asked = parser.parse_args()
    try:
        put, gone = copy(boto3.client("dynamodb"), asked.restored, asked.live, add_missing=asked.add_missing)
    except ValueError as error:
        print(f"nothing was written: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{put} items put, {gone} deleted")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
