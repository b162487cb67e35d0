import io
import json
import sys
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from federation.aws.audit_log import PowertoolsAuditLog
from functions.telemetry import NAMESPACE, SERVICE, CountedRefusals, Counters, log_stream, structured_logger, trace_id

ROOT = "1-5759e988-bd862e3fe1be46a994272793"


def lines(stream: io.StringIO) -> list[dict[str, object]]:
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


def test_a_counter_has_one_dimension_whatever_the_facts() -> None:
    stream = io.StringIO()
    Counters(stream).count("Refused", {"reason": "no_mapping", "correlation_id": "c-1"})
    (line,) = lines(stream)
    metadata = line["_aws"]
    assert isinstance(metadata, dict)
    (directive,) = metadata["CloudWatchMetrics"]
    assert directive["Namespace"] == "FederationBridge"
    assert directive["Dimensions"] == [["service"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Refused"]
    assert (line["Refused"], line["reason"], line["correlation_id"]) == ([1.0], "no_mapping", "c-1")


def test_counters_do_not_add_up_across_requests() -> None:
    stream = io.StringIO()
    counters = Counters(stream)
    counters.count("Refused", {"reason": "no_mapping"})
    counters.count("Issued", {})
    assert [sorted(name for name in line if name[0].isupper()) for line in lines(stream)] == [["Refused"], ["Issued"]]
    assert "reason" not in lines(stream)[1]


def test_a_counter_is_the_line_that_powertools_would_write() -> None:
    stream = io.StringIO()
    facts = {"reason": "no_mapping", "correlation_id": "\u00e9\n"}
    Counters(stream).count("Refused", facts, 3)
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
    log = CountedRefusals(PowertoolsAuditLog(structured_logger(stream)), Counters(stream))
    log.refused({"reason": "token_expired", "correlation_id": "c-1", "detail": "exp"})
    record, counter = lines(stream)
    assert record["refusal"] == {"reason": "token_expired", "correlation_id": "c-1", "detail": "exp"}
    assert counter["reason"] == "token_expired"
