"""SignatureRecords on CloudWatch Logs: what functions write is what is read."""

import io
import json
from typing import Any

import pytest

from federation.aws.errors import AwsUnreachable
from federation.aws.signature_log import LOST, MOST_PAGES, SIGNED, CloudWatchSignatures
from federation.model.made_signature import MadeSignature, Purpose
from federation.model.signature_trail import LostAttempt, RecordedSignature
from federation.oauth.errors import TemporarilyUnavailable
from functions.telemetry import Counters

NOW = 1_800_000_000
TOKEN, STATUS = "/aws/lambda/bridge-token", "/aws/lambda/bridge-status"


class Logs:
    """FilterLogEvents over lines; what a pattern would leave out is told as well, which changes nothing."""

    def __init__(self, size: int = 2, *, endless: bool = False) -> None:
        self.lines: dict[str, list[str]] = {TOKEN: [], STATUS: []}
        self.patterns: set[str] = set()
        self._size, self._endless = size, endless

    def filter_log_events(self, **query: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        self.patterns.add(query["filterPattern"])
        lines, start = self.lines[query["logGroupName"]], int(query.get("nextToken", "0"))
        events = [{"message": line, "timestamp": NOW * 1000} for line in lines[start : start + self._size]]
        more = self._endless or start + self._size < len(lines)
        return {"events": events, **({"nextToken": str(start + self._size)} if more else {})}


def written(*names: str) -> list[str]:
    """By the functions themselves: signatures of these requests, a failed attempt, and other lines."""
    out = io.StringIO()
    counters = Counters(out)
    for name in names:
        counters.signed(MadeSignature(name, "key-1", Purpose.TOKEN))
    counters.aws_failed("kms", AwsUnreachable("timed out"))
    counters.aws_failed("dynamodb", AwsUnreachable("timed out"))
    return [*out.getvalue().splitlines(), "START RequestId: x", json.dumps({"signed": {"no": 1}}), "[1]"]


def test_what_functions_write_is_what_is_read() -> None:
    logs = Logs()
    logs.lines[TOKEN], logs.lines[STATUS] = written("r-1", "r-2", "r-3"), written("r-4")
    page = CloudWatchSignatures(logs, [TOKEN, STATUS]).recorded(NOW - 60, NOW + 60)
    assert page.signatures == (
        *(RecordedSignature(name, "key-1", "token", "bridge-token") for name in ("r-1", "r-2", "r-3")),
        RecordedSignature("r-4", "key-1", "token", "bridge-status"),
    )
    assert page.lost == (LostAttempt("bridge-token", NOW), LostAttempt("bridge-status", NOW))
    assert logs.patterns == {SIGNED, LOST}


def test_a_log_that_cannot_be_read_to_its_end_accuses_nobody() -> None:
    with pytest.raises(TemporarilyUnavailable):
        CloudWatchSignatures(Logs(endless=True), [TOKEN]).recorded(NOW, NOW + 60)
    assert MOST_PAGES >= 100
