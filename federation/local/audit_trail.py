"""What an auditor reads, and who waits for an approval: records, log lines and notices on a laptop."""

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from io import TextIOBase
from typing import Any, TextIO, TypeAlias

from federation.admin.approval_notice import notice
from federation.audit.trust_change import TRUST_CHANGED
from federation.aws.clients import dynamodb_client, logs_client
from federation.aws.items import item_key
from federation.model.approval import ApprovalState, StoredApproval
from federation.ports import ApprovalNotice, Approvals

Record: TypeAlias = dict[str, Any]

STREAM = "local"
REMEMBERED = 20_000
"""Signatures."""


class LogGroup:
    """A log group of the embedded AWS, as Lambda writes into one."""

    def __init__(self, name: str) -> None:
        """Made where it is not there yet."""
        self._logs = logs_client()
        self._name = name
        with suppress(self._logs.exceptions.ResourceAlreadyExistsException):
            self._logs.create_log_group(logGroupName=name)
            self._logs.create_log_stream(logGroupName=name, logStreamName=STREAM)

    def __call__(self, line: str) -> None:
        """One event, now."""
        event = {"timestamp": int(time.time() * 1000), "message": line}
        self._logs.put_log_events(logGroupName=self._name, logStreamName=STREAM, logEvents=[event])


class RefusalLog(TextIOBase):
    """A log stream that passes everything on and remembers the records of refusals."""

    def __init__(
        self,
        stream: TextIO,
        keep: Callable[[str], None] = lambda _line: None,
        measure: Callable[[Record], None] = lambda _line: None,
    ) -> None:
        """`keep`: where the lines of refusals go as well, so that an admin finds them; `measure`: those of metrics."""
        super().__init__()
        self._measure = measure
        self._stream = stream
        self._keep = [keep]
        self.records: list[Record] = []
        self.signed: deque[dict[str, str]] = deque(maxlen=REMEMBERED)
        """Signatures that functions recorded."""

    def listen(self, listener: Callable[[str], None]) -> None:
        """Every line of a refusal from now on."""
        self._keep.append(listener)

    def write(self, text: str, /) -> int:
        """The logger writes a line at a time."""
        line = json.loads(text) if text.startswith("{") else {}
        if "refusal" in line:
            self.records.append(line["refusal"])
            for keep in self._keep:
                keep(text)
        if "_aws" in line:
            self._measure(line)
        if "signed" in line:
            self.signed.append(line)
        return self._stream.write(text)

    def flush(self) -> None:
        """At once: a person may be watching."""
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
        """Every record in the table but those of changes of trust, in no order."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        records = [_record(item) for page in pages for item in page["Items"]]
        return [record for record in records if record["outcome"] != TRUST_CHANGED]

    def refused(self, correlation_id: str) -> list[Record]:
        """What was logged of the request with that correlation id."""
        return [record for record in self._log.records if record.get("correlation_id") == correlation_id]


def _record(item: Any) -> Record:  # noqa: ANN401 - the client's attribute values
    """The record as it was committed, with what became of it since."""
    entry: Record = json.loads(item["entry"]["S"])
    return {**entry, "outcome": item["outcome"]["S"]}


class PrintedNotice:
    """ApprovalNotice on a stream: one JSON line for each, under `approval_asked`."""

    def __init__(self, stream: TextIO, bridge: str) -> None:
        """`bridge`: our URL."""
        self._stream = stream
        self._bridge = bridge

    def asked(self, approval: StoredApproval) -> None:
        """At once: a person may be watching."""
        self._stream.write(json.dumps({"approval_asked": notice(approval, self._bridge)}) + "\n")
        self._stream.flush()


LOOKED_AT = 100
"""Requests: the newest."""


class ApprovalWatch:
    """In the place of the state table's stream: looks again and again, and tells of what it has not seen yet."""

    def __init__(self, approvals: Approvals, notice: ApprovalNotice) -> None:
        self._approvals = approvals
        self._notice = notice
        self._told: frozenset[tuple[str, int]] = frozenset()

    def __call__(self) -> None:
        """One look."""
        found = self._approvals.page(None, LOOKED_AT).items
        pending = [one for one in found if one.state is ApprovalState.PENDING]
        for approval in pending:
            if _name(approval) not in self._told:
                self._notice.asked(approval)
        self._told = frozenset(map(_name, pending))


def _name(approval: StoredApproval) -> tuple[str, int]:
    return approval.request.id, approval.version
