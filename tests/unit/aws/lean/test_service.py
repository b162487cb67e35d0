"""Attempts: what is tried again, with which clock and as whom, and when it is enough."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest

from federation.aws.errors import AwsRefused, AwsUnreachable, AwsUnusable
from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.credentials import CredentialSource, GivenCredentials, NoCredentials, RefreshedCredentials
from federation.aws.lean.retries import BUDGET, COST, TIMEOUT_COST, RetryBudget
from federation.aws.lean.service import DYNAMODB, KMS, Dialect, LeanService, Shared
from federation.aws.lean.signing import Credentials
from federation.aws.lean.skew import SkewedClock
from federation.aws.lean.transport import Pending, StaleConnection

NOW = 1_800_000_000.0
OURS = Credentials("AKID", "secret")

Attempt: TypeAlias = Callable[[], HttpAnswer]


def good(**members: Any) -> Attempt:  # noqa: ANN401 - any JSON
    return lambda: HttpAnswer(200, {}, json.dumps(members).encode())


def refused(code: str, status: int = 400, date: str = "") -> Attempt:
    return lambda: HttpAnswer(status, {"date": date}, json.dumps({"__type": f"com.amazonaws#{code}"}).encode())


def timed_out() -> HttpAnswer:
    raise AwsUnreachable("TimeoutError") from TimeoutError()


def stale() -> HttpAnswer:
    raise StaleConnection("ConnectionResetError")


class Line:
    """A transport whose attempts go as planned. `heads` and `bodies` were sent."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        self._attempts = list(attempts)
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def send(self, head: bytes, body: bytes) -> Pending:
        lines = head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")[1:]
        self.heads.append(dict(line.split(": ", 1) for line in lines))
        self.bodies.append(body)
        return self._attempts.pop(0)

    def close(self) -> None:
        """There are no connections."""


class Case:
    """A service on a planned line."""

    def __init__(
        self, *attempts: Attempt, dialect: Dialect = DYNAMODB, source: CredentialSource | None = None, budget: int = 100
    ) -> None:
        self.line = Line(attempts)
        self.pauses: list[int] = []
        self.shared = Shared(
            source or GivenCredentials(OURS),
            SkewedClock(lambda: NOW),
            RetryBudget(budget),
            trace_id=lambda: "Root=1-2-3",
            pause=self.pauses.append,
        )
        self.service = LeanService(dialect, "h", "us-east-1", self.line, self.shared)

    def call(self, operation: str = "GetItem", **request: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        return self.service.start(operation, request)()


@pytest.mark.parametrize("fault", [refused("ThrottlingException"), refused("InternalServerError", 500), timed_out])
def test_what_passes_is_tried_again_after_a_pause(fault: Attempt) -> None:
    case = Case(fault, fault, good(a=1))
    assert case.call() == {"a": 1}
    assert case.pauses == [1, 2]


def test_a_stale_connection_is_replaced_at_once() -> None:
    case = Case(stale, good(a=1))
    assert case.call() == {"a": 1}
    assert case.pauses == []


@pytest.mark.parametrize(("dialect", "attempts"), [(DYNAMODB, 3), (KMS, 2)])
def test_attempts_end(dialect: Dialect, attempts: int) -> None:
    case = Case(*[refused("ThrottlingException")] * attempts, dialect=dialect)
    with pytest.raises(AwsRefused, match="ThrottlingException"):
        case.call()
    assert len(case.line.heads) == attempts


@pytest.mark.parametrize("code", ["ValidationException", "ConditionalCheckFailedException", "AccessDeniedException"])
def test_what_would_be_refused_again_is_not_tried_again(code: str) -> None:
    case = Case(refused(code))
    with pytest.raises(AwsRefused) as refusal:
        case.call()
    assert refusal.value.code == code
    assert len(case.line.heads) == 1


def test_the_budget_of_all_calls_ends_a_flood_of_attempts() -> None:
    case = Case(timed_out, timed_out, timed_out, timed_out, budget=2 * TIMEOUT_COST)
    for attempts in (3, 4):
        with pytest.raises(AwsUnreachable):
            case.call()
        assert len(case.line.heads) == attempts


def test_success_pays_back_what_its_last_attempt_cost() -> None:
    case = Case(refused("ThrottlingException"), good(), good())
    case.call()
    assert case.shared.budget.left == BUDGET
    case.shared.budget.spend(COST)
    case.call()
    assert case.shared.budget.left == BUDGET - COST + 1


def test_every_attempt_is_signed_anew_and_says_the_same() -> None:
    case = Case(timed_out, good())
    case.call("TransactWriteItems", TransactItems=[])
    assert case.line.bodies[0] == case.line.bodies[1]
    assert len(json.loads(case.line.bodies[0])["ClientRequestToken"]) == 32


def test_two_transactions_have_two_tokens_and_a_given_one_stays() -> None:
    case = Case(good(), good(), good())
    for request in ({}, {}, {"ClientRequestToken": "mine"}):
        case.call("TransactWriteItems", **request)
    tokens = [json.loads(body)["ClientRequestToken"] for body in case.line.bodies]
    assert len(set(tokens)) == 3
    assert tokens[2] == "mine"


@pytest.mark.parametrize("code", ["InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired"])
def test_a_clock_that_is_wrong_is_learnt_from_the_answer_and_kept(code: str) -> None:
    case = Case(refused(code, 400, "Fri, 15 Jan 2027 09:00:00 GMT"), good(), good())
    case.call()
    case.call()
    stamps = [head["x-amz-date"] for head in case.line.heads]
    assert stamps == ["20270115T080000Z", "20270115T090000Z", "20270115T090000Z"]


@pytest.mark.parametrize("date", ["", "Fri, 15 Jan 2027 08:03:00 GMT", "yesterday", "Fri, 15 Foo 2027 09:00:00 GMT"])
def test_a_refusal_that_the_clock_does_not_explain_is_final(date: str) -> None:
    case = Case(refused("InvalidSignatureException", 400, date))
    with pytest.raises(AwsRefused):
        case.call()


def test_expired_credentials_are_renewed_and_the_attempt_signed_with_the_new_ones() -> None:
    fetched = iter([Credentials("OLD", "s", "t", NOW + 3600), Credentials("NEW", "s", "t", NOW + 3600)])
    case = Case(
        refused("ExpiredTokenException"), good(), source=RefreshedCredentials(lambda: next(fetched), lambda: NOW)
    )
    case.call()
    assert [head["authorization"].partition("Credential=")[2][:3] for head in case.line.heads] == ["OLD", "NEW"]


def test_given_credentials_that_expired_are_final() -> None:
    with pytest.raises(AwsRefused, match="ExpiredTokenException"):
        Case(refused("ExpiredTokenException")).call()


def test_without_credentials_nothing_is_sent() -> None:
    case = Case(source=NoCredentials())
    with pytest.raises(AwsUnusable, match="AWS_ACCESS_KEY_ID"):
        case.call()
    assert case.line.heads == []


def test_what_is_no_json_is_not_sent() -> None:
    case = Case()
    with pytest.raises(AwsUnusable, match="no JSON"):
        case.call(Key="\ud800")
    assert case.line.heads == []


def test_the_trace_travels_with_the_call_and_is_not_signed() -> None:
    case = Case(good())
    case.call()
    (head,) = case.line.heads
    assert head["x-amzn-trace-id"] == "Root=1-2-3"
    assert "trace" not in head["authorization"]


def test_calls_may_be_under_way_before_any_is_waited_for() -> None:
    case = Case(good(a=1), good(a=2))
    first, second = case.service.start("GetItem", {}), case.service.start("GetItem", {})
    assert len(case.line.heads) == 2
    assert (second(), first()) == ({"a": 2}, {"a": 1})
