"""The function hears of what was issued, what was refused, and what it had failed at; the rest is none of its."""

import gzip
import io
import json
from base64 import b64encode
from typing import Any

import pytest

from federation.aws.audit_items import record_item
from federation.aws.audit_log import PowertoolsAuditLog
from federation.aws.signal_events import observations
from federation.local.events import LambdaContext
from federation.model.json import JsonObject
from federation.model.metrics import SIGNALS_FOUND, SIGNALS_RANG
from federation.signals.cases import allowed, stranger
from federation.signals.raising import RiskRaiser
from federation.signals.watch import Watch
from functions.signals import SignalsHandler
from functions.telemetry import Counters, structured_logger
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_signals import FakeSignals
from tests.support.fake_trust import FakeTrust

CONTEXT = LambdaContext("signals", "r-1", FixedClock(0), 60)
TIME = "2027-01-15T08:00:00.000+00:00"
ISSUED: JsonObject = {**allowed(), "jti": "t1", "time": TIME, "correlation_id": "c1", "act": None, "scope": ["read"]}
REFUSED: JsonObject = {**stranger("bad_signature"), "time": TIME, "correlation_id": "c2", "detail": "no"}


def stream(record: JsonObject, what: str = "INSERT") -> dict[str, Any]:
    return {"Records": [{"eventName": what, "eventID": "1", "dynamodb": {"NewImage": record_item(record)}}]}


def log(*refusals: JsonObject, others: tuple[str, ...] = ()) -> dict[str, Any]:
    """As CloudWatch Logs tells of lines that the token function's own logger has written."""
    text = io.StringIO()
    for refusal in refusals:
        PowertoolsAuditLog(structured_logger(text)).refused(refusal)
    lines = [{"id": "1", "message": line} for line in (*text.getvalue().splitlines(), *others)]
    told = {"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": lines}
    return {"awslogs": {"data": b64encode(gzip.compress(json.dumps(told).encode())).decode()}}


def late(payload: object) -> dict[str, Any]:
    """As a failed asynchronous invocation comes to its queue, and from there to the function."""
    body = {"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": payload}
    return {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(body)}]}


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (stream(ISSUED), ["t1"]),
        (log(REFUSED, REFUSED), ["c2", "c2"]),
        (late(log(REFUSED)), ["c2"]),
        (stream(ISSUED, "MODIFY"), []),
        (stream({**ISSUED, "outcome": "revoked"}), []),
        (stream({**ISSUED, "outcome": "risk_raised"}), []),
        (log({**REFUSED, "operation": "introspect"}), []),
        (log({**REFUSED, "time": "now"}), []),
        (log({**REFUSED, "claims": 7}), []),
        (log(others=("START RequestId: 1", "{", "[]", '{"refusal": 7}')), []),
        (late(late(log(REFUSED))), []),
        ({"awslogs": {"data": "!"}}, []),
        ({"awslogs": {"data": b64encode(b"{}").decode()}}, []),
        ({"Records": [None, 7, {}, {"dynamodb": {}}, {"body": "x"}, {"body": "7"}]}, []),
        ({}, []),
        (None, []),
    ],
)
def test_of_every_event_the_requests_are_heard_and_nothing_else(event: object, names: list[str]) -> None:
    assert [seen.name for seen in observations(event)] == names


def test_what_it_finds_is_counted_logged_and_reported() -> None:
    signals, clock, output = FakeSignals(), FixedClock(), io.StringIO()
    ledger = FakeLedger(clock)
    raiser = RiskRaiser(FakeState(FakeTrust(), ledger, clock), ledger, clock, CountingIdentifiers())
    watch = Watch(signals, signals, raiser, signals, clock)
    handler = SignalsHandler(watch, structured_logger(output), Counters(output))
    flood = [{**stranger("bad_signature"), "time": TIME, "correlation_id": f"c{number}"} for number in range(200)]
    report = handler.handle(log(*flood), CONTEXT)
    assert report["records"] == 200
    assert report["signals"] == list(signals.records)
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    for metric in (SIGNALS_FOUND, SIGNALS_RANG):
        assert {line["signal"] for line in lines if metric.name in line} == {"strangers", "bad_signature_jump"}
