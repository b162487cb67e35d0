"""What an auditor reads: the durable records of issued tokens, and the log lines of refused requests."""

import json
from io import TextIOBase
from typing import Any, TextIO, TypeAlias

from federation.aws.clients import dynamodb_client
from federation.aws.keys import item_key

Record: TypeAlias = dict[str, Any]


class RefusalLog(TextIOBase):
    """A log stream that passes everything on and remembers the records of refusals."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self.records: list[Record] = []

    def write(self, text: str, /) -> int:
        """The logger writes a line at a time."""
        if text.startswith("{") and "refusal" in (line := json.loads(text)):
            self.records.append(line["refusal"])
        return self._stream.write(text)

    def flush(self) -> None:
        """At once: somebody may be watching."""
        self._stream.flush()


class AuditTrail:
    """Reads the audit table and the functions' log."""

    def __init__(self, table: str, log: RefusalLog) -> None:
        self._dynamodb = dynamodb_client()
        self._table = table
        self._log = log

    def issued(self, jti: str) -> Record | None:
        """The record of an issued token; None: there is none."""
        key = {"pk": {"S": item_key("issued", jti)}}
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _record(item)

    def all_issued(self) -> list[Record]:
        """Every record in the table, in no order."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return [_record(item) for page in pages for item in page["Items"]]

    def refused(self, correlation_id: str) -> list[Record]:
        """What was logged of the request with that correlation id."""
        return [record for record in self._log.records if record.get("correlation_id") == correlation_id]


def _record(item: Any) -> Record:  # noqa: ANN401 - the client's attribute values
    """The record as it was committed, with what became of it since."""
    entry: Record = json.loads(item["entry"]["S"])
    return {**entry, "outcome": item["outcome"]["S"]}
