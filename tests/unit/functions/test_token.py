import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from federation.audit.record import AuditRecord
from federation.aws.audit_log import PowertoolsAuditLog
from federation.endpoint import TokenEndpoint
from federation.model.tokens import IssuedToken
from federation.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import parse
from federation.ports import IssuanceLog
from functions.http import HttpHandler
from functions.telemetry import CountedLog, Counters, structured_logger
from tests.support.fake_clock import FixedClock
from tests.support.lambda_events import REQUEST_ID, Invocation, gateway_event, token_event

ISSUED = IssuedToken(
    token="header.payload.signature",
    jti="jti-1",
    key_id="kid-1",
    expires_at=1_800_000_300,
    lifetime=300,
    scopes=("risk:read",),
    issued_token_type=TokenType.ACCESS_TOKEN,
)
SECRET = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl"
GOOD = (
    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
    ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ("subject_token", SECRET),
    ("audience", "risk-engine"),
)


class ScriptedExchange:
    """Parses for real, then does as it is told; keeps an audit record as the pipeline does."""

    def __init__(self, log: IssuanceLog, outcome: OAuthError | Exception | IssuedToken) -> None:
        self._log = log
        self._outcome = outcome

    def __call__(self, http: HttpRequest) -> IssuedToken:
        with AuditRecord(http, self._log, FixedClock()) as record:
            record.request = parse(http)
            if isinstance(self._outcome, Exception):
                raise self._outcome
            self._log.issued(http.correlation_id, None, "idp", {})
        assert isinstance(self._outcome, IssuedToken)
        return self._outcome


class Function:
    """The token function around a scripted exchange; `log` is all it wrote."""

    def __init__(self, outcome: OAuthError | Exception | IssuedToken) -> None:
        self.stream = io.StringIO()
        counters = Counters(self.stream)
        log = CountedLog(PowertoolsAuditLog(structured_logger(self.stream)), counters)
        endpoint = TokenEndpoint(ScriptedExchange(log, outcome), "https://federation.example.com/errors")
        self._handler = HttpHandler(endpoint)

    def __call__(self, event: object) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers, members of the body."""
        answer: Any = self._handler.handle(event, Invocation())
        return answer["statusCode"], answer["headers"], json.loads(answer["body"])

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def test_an_issued_token_is_answered_and_counted() -> None:
    function = Function(ISSUED)
    status, headers, body = function(token_event(GOOD))
    assert (status, body["access_token"]) == (200, ISSUED.token)
    assert headers["cache-control"] == "no-store"
    assert headers["x-correlation-id"] == REQUEST_ID
    (counter,) = function.log
    assert (counter["Issued"], counter["correlation_id"]) == ([1.0], REQUEST_ID)


def test_a_refusal_is_answered_recorded_and_counted_under_one_correlation_id() -> None:
    function = Function(InvalidRequest(Reason.TOKEN_EXPIRED, "exp 1"))
    status, headers, body = function(token_event(GOOD))
    assert (status, body["error"]) == (400, "invalid_request")
    record, counter = function.log
    assert record["refusal"]["reason"] == counter["reason"] == "token_expired"
    assert {REQUEST_ID} == {
        headers["x-correlation-id"],
        body["correlation_id"],
        record["refusal"]["correlation_id"],
        counter["correlation_id"],
    }


def test_an_unforeseen_error_is_a_server_error_of_ours_and_not_the_gateways() -> None:
    function = Function(RuntimeError(SECRET))
    status, _, body = function(token_event(GOOD))
    assert (status, body["error"]) == (500, "server_error")
    assert SECRET not in function.stream.getvalue()


@pytest.mark.parametrize("outcome", [ISSUED, InvalidRequest(Reason.TOKEN_EXPIRED), ValueError(SECRET)])
def test_no_token_text_no_header_and_no_body_reaches_the_log(outcome: OAuthError | Exception | IssuedToken) -> None:
    function = Function(outcome)
    event = token_event(GOOD)
    event["headers"]["authorization"] = "Bearer canary-header"
    function(event)
    written = function.stream.getvalue()
    assert not [text for text in (SECRET, "canary-header", ISSUED.token, "grant_type") if text in written]


def test_what_the_caller_says_of_itself_is_cut_short_and_made_harmless() -> None:
    function = Function(InvalidRequest(Reason.TOKEN_EXPIRED))
    event = token_event(GOOD)
    event["headers"]["x-correlation-id"] = 'mine"\n\x1b[31m' + "x" * 500
    function(event)
    said = function.log[0]["refusal"]["caller_correlation_id"]
    assert said.startswith("mine")
    assert len(said) <= 64
    assert said.isprintable()


def test_a_log_that_cannot_be_written_stops_the_answer() -> None:
    function = Function(InvalidRequest(Reason.TOKEN_EXPIRED))
    function.stream.close()
    status, _, body = function(token_event(GOOD))
    assert (status, body["error"]) == (503, "temporarily_unavailable")


def without(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: token_event([pair for pair in GOOD if pair[0] != name])


BROKEN: dict[str, tuple[Callable[[], object], int, str]] = {
    "no event": (lambda: None, 405, "method_not_allowed"),
    "an event that is a list": (list, 400, "malformed_body"),
    "an empty event": (dict, 405, "method_not_allowed"),
    "a body that is no base64": (lambda: token_event(GOOD) | {"body": "%%%"}, 400, "malformed_body"),
    "no body": (lambda: gateway_event("POST", "/token"), 400, "missing_grant_type"),
    "no grant type": (without("grant_type"), 400, "missing_grant_type"),
    "GET": (lambda: gateway_event("GET", "/token"), 405, "method_not_allowed"),
    "HEAD": (lambda: gateway_event("HEAD", "/token"), 405, "method_not_allowed"),
    "PUT": (lambda: gateway_event("PUT", "/token", b"a=b"), 405, "method_not_allowed"),
    "a query": (lambda: token_event(GOOD) | {"rawQueryString": "subject_token=x"}, 400, "parameters_in_query"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_G6_a_broken_event_is_answered_recorded_and_counted_like_any_refusal(name: str) -> None:
    event, expected_status, reason = BROKEN[name]
    function = Function(ISSUED)
    status, headers, body = function(event())
    assert status == expected_status
    assert body["error_description"].startswith(reason)
    assert ("allow" in headers) == (expected_status == 405)
    record, counter = function.log
    assert record["refusal"]["reason"] == counter["reason"] == reason


def test_a_passing_fault_says_when_to_come_back() -> None:
    status, headers, _ = Function(TemporarilyUnavailable(Reason.STORE_UNAVAILABLE))(token_event(GOOD))
    assert status == 503
    assert int(headers["retry-after"]) > 0
