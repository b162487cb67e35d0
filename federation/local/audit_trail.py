"""What an auditor reads: the durable records of issued tokens, and the log lines of refused requests."""

import json
import logging
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeAlias

from federation.aws.clients import dynamodb_client
from federation.aws.keys import item_key
from functions.telemetry import SERVICE

Record: TypeAlias = dict[str, Any]


class AuditTrail(AbstractContextManager["AuditTrail"]):
    """Reads the audit table, and listens to the functions' log while entered."""

    def __init__(self, table: str) -> None:
        self._dynamodb = dynamodb_client()
        self._table = table
        self._tap = _RefusalTap()

    def __enter__(self) -> Self:
        logging.getLogger(SERVICE).addHandler(self._tap)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger(SERVICE).removeHandler(self._tap)

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
        return [record for record in self._tap.records if record.get("correlation_id") == correlation_id]


class _RefusalTap(logging.Handler):
    """Keeps the record of every refusal that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def emit(self, record: logging.LogRecord) -> None:
        refusal = getattr(record, "refusal", None)
        if isinstance(refusal, dict):
            self.records.append(refusal)


def _record(item: Any) -> Record:  # noqa: ANN401 - the client's attribute values
    """The record as it was committed, with what became of it since."""
    entry: Record = json.loads(item["entry"]["S"])
    return {**entry, "outcome": item["outcome"]["S"]}
