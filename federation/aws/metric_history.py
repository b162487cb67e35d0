"""MetricHistory and Alarms on CloudWatch: ListMetrics finds the series, GetMetricData reads them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from federation.aws.boto import translated
from federation.oauth.reasons import Reason
from federation.ports import AlarmState, Asked, Series, Window

MOST_QUERIES = 500
"""Of one GetMetricData."""


class CloudWatchAlarms:
    """Alarms on CloudWatch. `stack`: what their names begin with; empty: there are none to look at."""

    def __init__(self, cloudwatch: Any, stack: str) -> None:  # noqa: ANN401 (boto3's client of CloudWatch)
        self._cloudwatch = cloudwatch
        self._prefix = f"{stack}-" if stack else ""

    def states(self) -> tuple[AlarmState, ...]:
        """A DescribeAlarms for each hundred."""
        if not self._prefix:
            return ()
        with translated(Reason.STORE_UNAVAILABLE):
            paginator = self._cloudwatch.get_paginator("describe_alarms")
            pages = paginator.paginate(AlarmNamePrefix=self._prefix, AlarmTypes=["MetricAlarm"])
            found = [self._state(one) for page in pages for one in page["MetricAlarms"]]
        return tuple(sorted(found))

    def _state(self, alarm: Mapping[str, Any]) -> AlarmState:
        return AlarmState(
            alarm["AlarmName"].removeprefix(self._prefix),
            alarm["StateValue"] == "ALARM",
            int(alarm["StateUpdatedTimestamp"].timestamp()),
            alarm.get("AlarmDescription", ""),
        )


class _Wanted(NamedTuple):
    """One series."""

    asked: Asked
    dimensions: Mapping[str, str]


class CloudWatchHistory:
    """`cloudwatch`: boto3's client."""

    def __init__(self, cloudwatch: Any) -> None:  # noqa: ANN401 (boto3's client of CloudWatch)
        self._cloudwatch = cloudwatch

    def read(self, asked: Sequence[Asked], window: Window) -> tuple[tuple[Series, ...], ...]:
        """A ListMetrics for each that is asked `by` dimensions, and a GetMetricData for each 500 series."""
        with translated(Reason.STORE_UNAVAILABLE):
            wanted = [[_Wanted(one, found) for found in self._found(one)] for one in asked]
            read = iter(self._values([one for several in wanted for one in several], window))
        return tuple(tuple(Series(one.dimensions, next(read)) for one in several) for several in wanted)

    def _found(self, asked: Asked) -> list[dict[str, str]]:
        """What the dimensions `by` say; a metric with any other dimension is another one."""
        if not asked.by:
            return [{}]
        names = {*asked.fixed, *asked.by}
        fixed = [{"Name": name, "Value": value} for name, value in asked.fixed.items()]
        pages = self._cloudwatch.get_paginator("list_metrics").paginate(
            Namespace=asked.namespace, MetricName=asked.name, Dimensions=[*fixed, *({"Name": one} for one in asked.by)]
        )
        metrics = [
            {one["Name"]: one["Value"] for one in each["Dimensions"]} for page in pages for each in page["Metrics"]
        ]
        found = [{name: each[name] for name in asked.by} for each in metrics if each.keys() == names]
        return sorted(found, key=lambda each: tuple(each.values()))

    def _values(self, wanted: Sequence[_Wanted], window: Window) -> Iterator[tuple[float | None, ...]]:
        for first in range(0, len(wanted), MOST_QUERIES):
            some = wanted[first : first + MOST_QUERIES]
            values: dict[str, list[float | None]] = {f"m{n}": [None] * window.buckets for n in range(len(some))}
            for result in self._results(some, window):
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    place = (int(at.timestamp()) - window.since) // window.bucket
                    if 0 <= place < window.buckets:
                        values[result["Id"]][place] = float(value)
            yield from map(tuple, values.values())

    def _results(self, wanted: Sequence[_Wanted], window: Window) -> Iterator[dict[str, Any]]:
        """A series may come in pieces, on several pages."""
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(f"m{number}", one, window) for number, one in enumerate(wanted)],
            StartTime=datetime.fromtimestamp(window.since, UTC),
            EndTime=datetime.fromtimestamp(window.until, UTC),
        )
        for page in pages:
            yield from page["MetricDataResults"]


def _query(id_: str, wanted: _Wanted, window: Window) -> dict[str, Any]:
    named = {**wanted.asked.fixed, **wanted.dimensions}
    metric = {
        "Namespace": wanted.asked.namespace,
        "MetricName": wanted.asked.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in named.items()],
    }
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": window.bucket, "Stat": wanted.asked.statistic}}
