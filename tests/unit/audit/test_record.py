"""One record per request, on every path, and nothing in it that a log could stumble over."""

import json

import pytest

from federation.audit.record import AuditRecord
from federation.oauth.errors import InvalidRequest, ServerError, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_clock import FixedClock
from tests.support.trust_values import asking, mapped, verified


def http(**headers: str) -> HttpRequest:
    return HttpRequest("POST", "/token", b"", "c-1", headers, source_ip="192.0.2.7")


def test_a_refusal_is_logged_once_with_its_reason_and_detail() -> None:
    log = FakeAuditLog()
    with pytest.raises(InvalidRequest), AuditRecord(http(), log, FixedClock()):
        raise InvalidRequest(Reason.NO_MAPPING, "sub: wanted a, got b")
    (entry,) = log.entries
    assert entry["outcome"] == "deny"
    assert (entry["error"], entry["reason"]) == ("invalid_request", "no_mapping")
    assert entry["detail"] == "sub: wanted a, got b"
    assert (entry["correlation_id"], entry["source_ip"]) == ("c-1", "192.0.2.7")
    assert entry["time"] == "2027-01-15T08:00:00.000+00:00"


def test_evidence_stands_beside_the_detail_and_takes_no_other_place() -> None:
    log = FakeAuditLog()
    evidence = {"nearest": [{"mapping": "deploy", "missed": []}], "outcome": "allow", "correlation_id": "forged"}
    with pytest.raises(InvalidRequest), AuditRecord(http(), log, FixedClock()):
        raise InvalidRequest(Reason.NO_MAPPING, evidence=evidence)
    (entry,) = log.entries
    assert entry["nearest"] == [{"mapping": "deploy", "missed": []}]
    assert (entry["outcome"], entry["correlation_id"]) == ("deny", "c-1")


def test_what_was_proven_so_far_is_in_the_record() -> None:
    log = FakeAuditLog()
    record = AuditRecord(http(), log, FixedClock())
    record.request = asking("risk-engine", scopes=("risk:read",))
    record.subject = verified()
    record.mapped = mapped()
    with pytest.raises(InvalidRequest), record:
        raise InvalidRequest(Reason.TOKEN_REPLAYED)
    (entry,) = log.entries
    assert entry["requested_audience"] == ["risk-engine"]
    assert (entry["issuer"], entry["subject"]) == ("acme", "worker")
    assert entry["principal"] == "partner/acme/sync"
    assert entry["decided_by"] == {"sub": "worker"}
    assert "a.b.c" not in json.dumps(entry)


def test_a_request_that_succeeds_logs_no_refusal() -> None:
    log = FakeAuditLog()
    with AuditRecord(http(), log, FixedClock()) as record:
        entry = record.allowed("j-1", kid="k-1")
    assert (entry["outcome"], entry["jti"], entry["kid"]) == ("allow", "j-1", "k-1")
    assert log.entries == []


def test_an_unforeseen_exception_is_a_server_error_without_its_message() -> None:
    log = FakeAuditLog()
    with pytest.raises(ServerError), AuditRecord(http(), log, FixedClock()):
        raise RuntimeError("eyJhbGciOi.secret.token")
    (entry,) = log.entries
    assert entry["outcome"] == "error"
    assert "RuntimeError at test_record.py:" in str(entry["detail"])
    assert "secret" not in json.dumps(entry)


def test_a_refusal_that_cannot_be_logged_is_no_ordinary_answer() -> None:
    log = FakeAuditLog()
    log.failing = True
    with pytest.raises(TemporarilyUnavailable) as caught, AuditRecord(http(), log, FixedClock()):
        raise InvalidRequest(Reason.NO_MAPPING)
    assert caught.value.reason is Reason.AUDIT_UNAVAILABLE


@pytest.mark.parametrize("value", ["x" * 10_000, 'a\r\nlevel: "admin"', "\x1b[31mred", "{}", "é"])
def test_p7_what_callers_say_of_themselves_is_cut_and_cleaned(value: str) -> None:
    log = FakeAuditLog()
    request = http(**{"x-correlation-id": value, "user-agent": value})
    with pytest.raises(InvalidRequest), AuditRecord(request, log, FixedClock()):
        raise InvalidRequest(Reason.NO_MAPPING)
    (entry,) = log.entries
    for name in ("caller_correlation_id", "user_agent"):
        text = str(entry[name])
        assert len(text) <= 64
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set('"{}\\')
