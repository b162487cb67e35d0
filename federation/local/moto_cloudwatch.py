"""CloudWatch's metrics where moto strays from AWS: percentiles, and values that are kept by the minute."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from threading import RLock
from time import time
from typing import Any, TypeAlias

from moto.cloudwatch.models import Alarm, CloudWatchBackend, MetricDatum, MetricDatumBase
from moto.cloudwatch.responses import CloudWatchResponse
from moto.cloudwatch.urls import url_bases
from msgspec import Struct, field

MINUTE = 60
KEPT_MINUTES = 26 * 60
KEPT_VALUES = 500
"""Of a minute: percentiles rest on the first of them; counts and sums on all."""

Key: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, dimensions in their order by name."""


_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": ge,
    "GreaterThanThreshold": gt,
    "LessThanOrEqualToThreshold": le,
    "LessThanThreshold": lt,
}


class Cell(Struct):
    """What was measured within a minute."""

    count: float = 0
    total: float = 0
    least: float = float("inf")
    most: float = float("-inf")
    values: list[float] = field(default_factory=list[float])

    def add(self, value: float) -> None:
        """One more."""
        self.count, self.total = self.count + 1, self.total + value
        self.least, self.most = min(self.least, value), max(self.most, value)
        if len(self.values) < KEPT_VALUES:
            self.values.append(value)

    def merge(self, other: "Cell") -> None:
        """Those of another minute."""
        self.count, self.total = self.count + other.count, self.total + other.total
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        self.values += other.values


class FaithfulCloudWatch(CloudWatchBackend):
    """Keeps sums and not each value: asking costs the same however much was measured."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._cells: dict[Key, dict[int, Cell]] = {}
        self._lock = RLock()
        self._started = time()

    @property
    def urls(self) -> dict[str, Callable[[Any, str, Any], Any]]:
        """URL pattern -> what answers."""
        return {f"{base}/$": CloudWatchResponse.dispatch for base in url_bases}

    def record(
        self, namespace: str, name: str, dimensions: Mapping[str, str], at: float, values: Sequence[float]
    ) -> None:
        """`at`: seconds since the epoch."""
        minute = int(at) // MINUTE
        with self._lock:
            minutes = self._cells.setdefault((namespace, name, tuple(sorted(dimensions.items()))), {})
            cell = minutes.setdefault(minute, Cell())
            for value in values:
                cell.add(value)
            if len(minutes) > KEPT_MINUTES:
                del minutes[min(minutes)]

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Takes moto's parameters; values, and no sets of statistics."""
        for number, one in enumerate(metric_data):
            self._validate_parameters_put_metric_data(one, number + 1)
            named = {each["Name"]: each["Value"] for each in one.get("Dimensions") or ()}
            at = one.get("Timestamp") or datetime.now(UTC)
            counts = one.get("Counts") or [1] * len(one.get("Values") or ())
            values = [
                value for value, times in zip(one.get("Values") or (), counts, strict=True) for _ in range(int(times))
            ]
            self.record(namespace, one["MetricName"], named, at.timestamp(), values or [float(one.get("Value", 0))])

    def elapse(self, seconds: int) -> None:
        """Let what was measured be so much longer ago, in whole minutes: for who cannot wait."""
        minutes = seconds // MINUTE
        with self._lock:
            self._started -= minutes * MINUTE
            for key, cells in self._cells.items():
                self._cells[key] = {minute - minutes: cell for minute, cell in cells.items()}

    def describe_alarms(self) -> Iterable[Alarm]:
        """Each in the state that it has now; moto never looks."""
        for alarm in self.alarms.values():
            state = "ALARM" if self._rings(alarm) else "OK"
            if state != alarm.state_value:
                alarm.update_state("", "{}", state)
        return list(self.alarms.values())

    def get_alarms_by_alarm_name_prefix(self, name_prefix: str) -> Iterable[Alarm]:
        """The same."""
        return [alarm for alarm in self.describe_alarms() if alarm.name.startswith(name_prefix)]

    def _rings(self, alarm: Alarm) -> bool:
        """Whether each of the periods that it looks at, the last of which ends now, is beyond the threshold."""
        end = int(time()) // MINUTE * MINUTE + MINUTE
        starts = [end - (number + 1) * alarm.period for number in range(alarm.evaluation_periods)]
        return all(self._breaches(alarm, since) for since in starts)

    def _breaches(self, alarm: Alarm, since: int) -> bool:
        metric = {
            "Namespace": alarm.namespace,
            "MetricName": alarm.metric_name,
            "Dimensions": [{"Name": one.name, "Value": one.value} for one in alarm.dimensions],
        }
        cells = self._buckets({"Metric": metric, "Period": alarm.period}, since, since + alarm.period)
        if not cells:
            return alarm.treat_missing_data == "breaching" and since >= self._started
        (cell,) = cells.values()
        value = statistic(alarm.extended_statistic or alarm.statistic, cell)
        return _COMPARED[alarm.comparison_operator](value, float(alarm.threshold))

    def get_all_metrics(self) -> list[MetricDatumBase]:
        """One datum stands for each metric: moto lists them by it."""
        with self._lock:
            keys = list(self._cells)
        return [
            MetricDatum(namespace, name, 0, [{"Name": one, "Value": value} for one, value in dimensions], None)
            for namespace, name, dimensions in keys
        ]

    def get_metric_data(
        self,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampAscending",  # noqa: ARG002 (the adapter sorts)
    ) -> list[dict[str, Any]]:
        """Takes moto's parameters; no expressions."""
        since, until = int(start_time.timestamp()), int(end_time.timestamp())
        return [self._result(query, since, until) for query in queries]

    def _result(self, query: Mapping[str, Any], since: int, until: int) -> dict[str, Any]:
        asked = query["MetricStat"]
        buckets = sorted(self._buckets(asked, since, until).items())
        return {
            "id": query["Id"],
            "label": asked["Metric"]["MetricName"],
            "timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in buckets],
            "values": [statistic(asked["Stat"], cell) for _, cell in buckets],
            "status_code": "Complete",
        }

    def _buckets(self, asked: Mapping[str, Any], since: int, until: int) -> dict[int, Cell]:
        metric, period = asked["Metric"], int(asked["Period"])
        named = sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions") or ())
        buckets: dict[int, Cell] = {}
        with self._lock:
            for minute, cell in self._cells.get((metric["Namespace"], metric["MetricName"], tuple(named)), {}).items():
                if since <= minute * MINUTE < until:
                    at = since + (minute * MINUTE - since) // period * period
                    buckets.setdefault(at, Cell()).merge(cell)
        return buckets


def statistic(name: str, cell: Cell) -> float:
    """As CloudWatch names it."""
    if name.startswith("p"):
        ordered = sorted(cell.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * float(name[1:]) / 100))]
    told = {"Sum": cell.total, "Maximum": cell.most, "Minimum": cell.least, "SampleCount": cell.count}
    return told[name] if name in told else cell.total / cell.count


def read_line(line: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str], float, list[float]]]:
    """What a line in embedded metric format measures: namespace, name, dimensions, seconds since the epoch, values."""
    about = line["_aws"]
    for directive in about["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                values = line[metric["Name"]]
                several = values if isinstance(values, list) else [values]
                yield (
                    directive["Namespace"],
                    metric["Name"],
                    {name: str(line[name]) for name in names},
                    about["Timestamp"] / 1000,
                    [float(one) for one in several],
                )
