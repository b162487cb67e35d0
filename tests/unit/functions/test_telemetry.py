import io
import json
import sys
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from federation.aws.audit_log import PowertoolsAuditLog
from federation.aws.errors import AwsError, AwsRefused, AwsUnreachable
from federation.model.metrics import ISSUED, METRICS, NAMESPACE, REFUSED, SERVICE, Metric, Unit
from functions.telemetry import (
    MOST_VALUES,
    CountedLog,
    Counters,
    Durations,
    log_stream,
    structured_logger,
    trace_id,
)

ROOT = "1-5759e988-bd862e3fe1be46a994272793"


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_laptop_can_keep_its_standard_output_clean() -> None:
    assert log_stream({"FEDERATION_LOG_STREAM": "stderr"}) is sys.stderr
    assert log_stream({}) is sys.stdout


def test_every_logger_keeps_to_its_own_stream() -> None:
    first, second = io.StringIO(), io.StringIO()
    early, late = structured_logger(first), structured_logger(second)
    early.info("one")
    late.info("two")
    assert [(line["message"], line["service"]) for line in lines(first)] == [("one", "federation-bridge")]
    assert [(line["message"], line["service"]) for line in lines(second)] == [("two", "federation-bridge")]


PLAIN = Metric("Refused", Unit.COUNT, "Of tests.")


def directive(line: dict[str, Any]) -> dict[str, Any]:
    (one,) = line["_aws"]["CloudWatchMetrics"]
    assert isinstance(one, dict)
    return one


def test_a_counter_has_one_dimension_whatever_the_facts() -> None:
    stream = io.StringIO()
    Counters(stream).count(PLAIN, {"reason": "no_mapping", "correlation_id": "c-1"})
    (line,) = lines(stream)
    told = directive(line)
    assert told["Namespace"] == "FederationBridge"
    assert told["Dimensions"] == [["service"]]
    assert [metric["Name"] for metric in told["Metrics"]] == ["Refused"]
    assert (line["Refused"], line["reason"], line["correlation_id"]) == ([1.0], "no_mapping", "c-1")


def test_counters_do_not_add_up_across_requests() -> None:
    stream = io.StringIO()
    counters = Counters(stream)
    counters.count(REFUSED, {"reason": "no_mapping"})
    counters.count(ISSUED, {})
    assert [sorted(name for name in line if name[0].isupper()) for line in lines(stream)] == [["Refused"], ["Issued"]]
    assert "reason" not in lines(stream)[1]


def test_a_counter_is_the_line_that_powertools_would_write() -> None:
    stream = io.StringIO()
    facts = {"reason": "no_mapping", "correlation_id": "\u00e9\n"}
    Counters(stream).count(PLAIN, facts, 3)
    theirs = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    theirs.add_metric(name="Refused", unit=MetricUnit.Count, value=3)
    for name, fact in facts.items():
        theirs.add_metadata(name, fact)
    (ours,) = lines(stream)
    assert without_time(ours) == without_time(json.loads(json.dumps(theirs.serialize_metric_set())))


def without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "_aws": {**line["_aws"], "Timestamp": 0}}


@pytest.mark.parametrize(
    ("said", "root"),
    [
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", ROOT),
        ("Self=1-67891234-12456789abcdef012345678a;Root=1-5759e988-bd862e3fe1be46a994272793", ROOT),
        ("Root=1-5759e988-bd862e3fe1be46a994272793x", ""),
        ("", ""),
    ],
)
def test_a_trace_is_named_by_its_root(said: str, root: str) -> None:
    assert trace_id({"_X_AMZN_TRACE_ID": said}) == root
    assert trace_id({}) == ""


def test_a_refusal_is_recorded_and_counted() -> None:
    stream = io.StringIO()
    log = CountedLog(PowertoolsAuditLog(structured_logger(stream)), Counters(stream))
    log.refused({"reason": "token_expired", "correlation_id": "c-1", "detail": "exp"})
    record, counter = lines(stream)
    assert record["refusal"] == {"reason": "token_expired", "correlation_id": "c-1", "detail": "exp"}
    assert counter["reason"] == "token_expired"


def counted(entry: dict[str, Any]) -> dict[str, Any]:
    stream = io.StringIO()
    CountedLog(PowertoolsAuditLog(structured_logger(stream)), Counters(stream)).refused(
        {"correlation_id": "c-1", "reason": "bad_signature", **entry}
    )
    return lines(stream)[1]


def test_a_refusal_counts_for_its_reason_and_for_the_issuer_that_is_proven_or_claimed() -> None:
    both = [["service"], ["service", "reason"], ["service", "tenant", "issuer"]]
    proven = counted({"issuer": "acme", "tenant": "t"})
    claimed = counted({"unverified_issuer": "corp"})
    assert (directive(proven)["Dimensions"], proven["issuer"], proven["tenant"]) == (both, "acme", "t")
    assert (directive(claimed)["Dimensions"], claimed["issuer"], claimed["tenant"]) == (both, "corp", "-")


def test_what_a_caller_sends_makes_no_metric() -> None:
    stranger = counted({"requested_audience": ["x"], "user_agent": "y", "claims": {"iss": "z"}})
    assert directive(stranger)["Dimensions"] == [["service"], ["service", "reason"]]


def test_a_metric_is_declared_once_and_says_what_it_means() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.meaning.endswith(".") and metric.dimensions for metric in METRICS)


def test_durations_wait_for_others_and_come_a_hundred_to_a_line() -> None:
    stream = io.StringIO()
    durations = Durations(Counters(stream))
    for _ in range(MOST_VALUES - 1):
        durations.took({"": 0.002, "claims": 0.001})
    assert lines(stream) == []
    durations.took({"": 0.002, "claims": 0.001})
    total, step = lines(stream)
    assert total["ExchangeDuration"] == [2.0] * MOST_VALUES
    assert (step["StepDuration"], step["step"]) == ([1.0] * MOST_VALUES, "claims")


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (AwsRefused("ThrottlingException", 400, {}), ["AwsThrottled"]),
        (AwsRefused("InternalServerError", 500, {}), ["AwsFailed"]),
        (AwsUnreachable("timeout"), ["AwsFailed"]),
        (AwsRefused("ConditionalCheckFailedException", 400, {}), []),
        (AwsRefused("TransactionConflictException", 400, {}), []),
    ],
)
def test_an_attempt_that_aws_did_not_answer_is_counted_and_a_condition_is_not(error: AwsError, name: list[str]) -> None:
    stream = io.StringIO()
    Counters(stream).aws_failed("kms", error)
    assert [directive(line)["Metrics"][0]["Name"] for line in lines(stream)] == name
