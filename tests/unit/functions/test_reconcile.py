"""The scheduled comparison: what no function recorded is counted where the alarm looks, and named in the log."""

import io
import json

import pytest

from federation.model.signature_trail import SeenSignature
from federation.reconciliation.run import BEHIND, EVERY, Reconciliation
from federation.settings import SettingsError
from functions.reconcile import ReconcileHandler, build
from functions.telemetry import Counters, structured_logger
from tests.support.fake_clock import FixedClock
from tests.support.fake_signatures import FakeSignatureRecords, FakeSignatureTrail
from tests.support.lambda_events import Invocation

NOW = 1_800_000_000
UNTIL = NOW - NOW % EVERY - BEHIND
SEEN = SeenSignature("r-1", "key", UNTIL - 10, "arn:aws:iam::1:user/mallory")


@pytest.mark.parametrize("event", [{}, {"time": "2027-01-15T08:00:00Z"}])
def test_a_signature_without_a_record_is_counted_and_named(event: dict[str, str]) -> None:
    out = io.StringIO()
    reconciliation = Reconciliation(lambda: None, "key", FakeSignatureTrail([SEEN]), FakeSignatureRecords())
    handler = ReconcileHandler(reconciliation, structured_logger(out), Counters(out), FixedClock(NOW))
    assert handler.handle(event, Invocation())["until"] == UNTIL
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    counted = {name: line[name] for line in lines for name in line if name.startswith("Signatures")}
    assert counted == {
        "SignaturesSeen": [1.0],
        "SignaturesUnrecorded": [1.0],
        "SignaturesLost": [0.0],
        "SignaturesUnread": [0.0],
    }
    (told,) = [line for line in lines if "report" in line]
    assert (told["level"], told["report"]["unrecorded"][0]["caller"]) == ("ERROR", "arn:aws:iam::1:user/mallory")


def test_without_the_logs_of_the_functions_that_sign_it_does_not_start() -> None:
    with pytest.raises(SettingsError):
        build({})
