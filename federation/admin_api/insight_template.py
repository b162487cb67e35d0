"""The owner's dashboard and saved queries as a nested template: `python -m federation.admin_api.insight_template FILE`.

`fedbridge dashboard` prints the same dashboard, for a tenant too, with names in the place of references.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from federation.model.metrics import (
    ARCHIVE_LAG,
    AWS_FAILED,
    AWS_THROTTLED,
    EXCHANGE_DURATION,
    ISSUED,
    ISSUER_KEYS_STALE,
    KEY_AGE,
    NAMESPACE,
    REFUSED,
    SERVICE,
    SIGNALS_FOUND,
    STEP_DURATION,
    Metric,
)
from federation.model.prices import EXCHANGE, REFUSAL, price_of

MINUTES, DAY = 300, 86400
"""Seconds of a point of a picture."""
Widget = dict[str, Any]


def dashboard(name: str, region: str, queue: str, tenant: str | None = None, algorithm: str = "RS256") -> Widget:
    """The body of a CloudWatch dashboard. `name`: of the stack; `tenant`: whose numbers alone."""
    widgets = list(_of_tenant(tenant, algorithm) if tenant else _of_owner(name, queue, algorithm))
    return {"widgets": [_placed(number, one, region) for number, one in enumerate(widgets)]}


def _of_owner(name: str, queue: str, algorithm: str) -> Iterator[Widget]:
    yield _lines("Exchanges and refusals", [_metric(ISSUED), _metric(REFUSED)])
    yield _lines("Refusals by reason", [_search(REFUSED, ("reason",))])
    yield _lines("Exchanges by issuer", [_search(ISSUED, ("tenant", "issuer"))])
    yield _lines("Refusals by issuer", [_search(REFUSED, ("tenant", "issuer"))])
    total = [_metric(EXCHANGE_DURATION, "p50"), _metric(EXCHANGE_DURATION, "p99")]
    yield _lines("Latency by step, ms (p99)", [*total, _search(STEP_DURATION, ("step",), "p99")])
    yield _lines("Attempts at AWS", [_search(AWS_FAILED, ("aws",)), _search(AWS_THROTTLED, ("aws",))])
    yield _lines("Errors of functions", [[{"expression": _errors(name)}]])
    yield _lines("Age of the signing key, s", [_metric(KEY_AGE, "Maximum")])
    yield _lines("Issuers whose keys are stale", [_search(ISSUER_KEYS_STALE, ("issuer",))])
    yield _lines("Lag of the archive, s", [_metric(ARCHIVE_LAG, "Maximum")])
    age = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue, {"stat": "Maximum"}]
    yield _lines("Age of what the archive gave up, s", [age])
    yield _lines("Signals", [_search(SIGNALS_FOUND, ("signal",))])
    issued, refused = _metric(ISSUED), _metric(REFUSED)
    counted = [[*one[:-1], {**one[-1], "id": id_, "visible": False}] for one, id_ in ((issued, "i"), (refused, "r"))]
    yield _lines("Dollars a day", [*counted, [{"expression": _cost("i", "r", algorithm), "label": "dollars"}]], DAY)


def _of_tenant(tenant: str, algorithm: str) -> Iterator[Widget]:
    yield _lines("Exchanges by issuer", [_search(ISSUED, ("tenant", "issuer"), tenant=tenant)])
    yield _lines("Refusals by issuer", [_search(REFUSED, ("tenant", "issuer"), tenant=tenant)])
    sums = [
        [
            {
                "expression": f"SUM({_searched(metric, ('tenant', 'issuer'), 'Sum', DAY, tenant)})",
                "id": id_,
                "visible": False,
            }
        ]
        for metric, id_ in ((ISSUED, "i"), (REFUSED, "r"))
    ]
    yield _lines("Dollars a day", [*sums, [{"expression": _cost("i", "r", algorithm), "label": "dollars"}]], DAY)


def _lines(title: str, metrics: list[Any], period: int = MINUTES) -> Widget:
    return {"title": title, "metrics": metrics, "period": period}


def _metric(metric: Metric, statistic: str = "Sum") -> list[Any]:
    return [NAMESPACE, metric.name, "service", SERVICE, {"stat": statistic, "label": f"{metric.name} {statistic}"}]


def _search(metric: Metric, by: tuple[str, ...], statistic: str = "Sum", tenant: str | None = None) -> list[Any]:
    return [{"expression": _searched(metric, by, statistic, MINUTES, tenant)}]


def _searched(metric: Metric, by: tuple[str, ...], statistic: str, period: int, tenant: str | None) -> str:
    """Raises ValueError for dimensions that the metric is not kept under."""
    if by not in metric.dimensions:
        raise ValueError(f"{metric.name} is not kept by {by}")
    narrowed = f' tenant="{tenant}"' if tenant else ""
    schema = ",".join((NAMESPACE, "service", *by))
    return f"SEARCH('{{{schema}}} MetricName=\"{metric.name}\"{narrowed}', '{statistic}', {period})"


def _errors(name: str) -> str:
    return f"SEARCH('{{AWS/Lambda,FunctionName}} MetricName=\"Errors\" FunctionName=\"{name}-\"', 'Sum', {MINUTES})"


def _cost(issued: str, refused: str, algorithm: str) -> str:
    """By the price table of `make cost`."""
    return f"{issued}*{price_of(EXCHANGE, algorithm):.9f}+{refused}*{price_of(REFUSAL, algorithm):.9f}"


def _placed(number: int, widget: Widget, region: str) -> Widget:
    properties = {"region": region, "view": "timeSeries", "stat": "Sum", **widget}
    return {
        "type": "metric",
        "x": 12 * (number % 2),
        "y": 6 * (number // 2),
        "width": 12,
        "height": 6,
        "properties": properties,
    }


ANSWERING = ("token", "introspect", "revoke", "issuer-keys", "admin")
QUERIES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "refusals": (
        ANSWERING,
        (
            "fields @timestamp, refusal.reason, refusal.step, refusal.issuer, refusal.subject, refusal.detail",
            "filter ispresent(refusal.reason)",
            "sort @timestamp desc",
            "limit 200",
        ),
    ),
    "refusals-by-reason-and-issuer": (
        ("token",),
        (
            "filter ispresent(refusal.reason)",
            "stats count() as refused by refusal.reason, refusal.issuer",
            "sort refused desc",
        ),
    ),
    "claimed-issuers-by-address": (
        ("token",),
        (
            "filter ispresent(refusal.unverified_issuer)",
            "stats count() as refused by refusal.unverified_issuer, refusal.source_ip",
            "sort refused desc",
        ),
    ),
    "one-request": (
        ANSWERING,
        ("fields @timestamp, @message", "filter refusal.correlation_id = 'ID' or correlation_id = 'ID'"),
    ),
    "slowest-invocations": (
        ("token", "admin"),
        (
            "filter @type = 'REPORT'",
            "fields @requestId, @duration, @initDuration, @maxMemoryUsed",
            "sort @duration desc",
            "limit 50",
        ),
    ),
    "exchanges-by-issuer": (
        ("token",),
        ("filter ispresent(Issued.0)", "stats sum(Issued.0) as issued by tenant, issuer", "sort issued desc"),
    ),
}
"""Name -> the functions whose logs it looks through, and the query (CloudWatch Logs Insights)."""


def insight_template() -> dict[str, Any]:
    """infra/insight.yaml."""
    body = dashboard("${Name}", "${AWS::Region}", "${ArchiveFailures}", algorithm="RS256")
    resources: dict[str, Any] = {
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {
                "DashboardName": {"Fn::Sub": "${Name}"},
                "DashboardBody": {"Fn::Sub": json.dumps(body)},
            },
        }
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "federation-bridge: the owner's dashboard and saved queries; made by `make schemas`.",
        "Parameters": {name: {"Type": "String"} for name in ("Name", "ArchiveFailures")},
        "Resources": {**resources, **dict(map(_saved, QUERIES))},
    }


def _saved(name: str) -> tuple[str, Any]:
    functions, query = QUERIES[name]
    properties = {
        "Name": {"Fn::Sub": f"${{Name}}/{name}"},
        "LogGroupNames": [{"Fn::Sub": f"/aws/lambda/${{Name}}-{function}"} for function in functions],
        "QueryString": "\n| ".join(query),
    }
    logical_id = "".join(part.capitalize() for part in name.split("-")) + "Query"
    return logical_id, {"Type": "AWS::Logs::QueryDefinition", "Properties": properties}


def rendered() -> str:
    """As the file has it: JSON is YAML."""
    return json.dumps(insight_template(), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(rendered(), encoding="utf-8")
