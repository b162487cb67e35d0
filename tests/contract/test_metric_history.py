"""MetricHistory: what functions measured, by buckets, on the fake and on CloudWatch."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import count

import pytest

from federation.aws.clients import cloudwatch_client
from federation.aws.metric_history import CloudWatchHistory
from federation.local.embedded_aws import EmbeddedAws, measure
from federation.model.metrics import NAMESPACE, Metric, Unit
from federation.ports import Asked, MetricHistory, Window
from functions.telemetry import Counters
from tests.support.fake_metrics import FakeMetrics

NOW = 1_790_000_400
WINDOW = Window(NOW - 600, 300, 2)
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Case:
    history: MetricHistory
    record: Callable[..., None]
    name: str


def put(name: str, at: float, value: float = 1, **dimensions: str) -> None:
    """As whoever is no function of ours."""
    named = [{"Name": one, "Value": each} for one, each in {"service": "federation-bridge", **dimensions}.items()]
    data = {"MetricName": name, "Timestamp": at, "Value": value, "Dimensions": named}
    cloudwatch_client().put_metric_data(Namespace=NAMESPACE, MetricData=[data])


def log(name: str, at: float, value: float = 1, **dimensions: str) -> None:
    """As a function does: by a line of its log."""
    stream = StringIO()
    Counters(stream).measure(Metric(name, Unit.COUNT, "Of tests.", (tuple(dimensions),)), dimensions, [value])
    line = json.loads(stream.getvalue())
    line["_aws"]["Timestamp"] = int(at * 1000)
    measure(line)


@pytest.fixture(params=["fake", "put", "log"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    name = f"Tried{next(NUMBERS)}"
    if request.param == "fake":
        fake = FakeMetrics()
        yield Case(fake, fake.record, name)
        return
    with EmbeddedAws({}):
        yield Case(CloudWatchHistory(cloudwatch_client()), put if request.param == "put" else log, name)


def test_values_are_added_up_by_bucket_and_nothing_is_none(case: Case) -> None:
    case.record(case.name, NOW - 1, 2)
    case.record(case.name, NOW - 300, 3)
    case.record(case.name, NOW - 601, 5)
    case.record(case.name, NOW, 7)
    assert case.history.read([Asked(case.name)], WINDOW) == ((({}, (None, 5.0)),),)


def test_what_was_never_measured_is_one_empty_series_and_no_series_by_dimension(case: Case) -> None:
    asked = [Asked(case.name), Asked(case.name, by=("reason",))]
    assert case.history.read(asked, WINDOW) == ((({}, (None, None)),), ())


def test_series_are_told_apart_by_all_their_dimensions_and_no_others(case: Case) -> None:
    case.record(case.name, NOW - 1, 1, reason="b")
    case.record(case.name, NOW - 1, 2, reason="a")
    case.record(case.name, NOW - 1, 4, reason="a", issuer="x")
    case.record(case.name, NOW - 1, 8)
    ((total,), reasons) = case.history.read([Asked(case.name), Asked(case.name, by=("reason",))], WINDOW)
    assert total.values == (None, 8.0)
    assert reasons == (({"reason": "a"}, (None, 2.0)), ({"reason": "b"}, (None, 1.0)))


@pytest.mark.parametrize(("statistic", "value"), [("Maximum", 9.0), ("p50", 5.0), ("p99", 9.0)])
def test_the_statistic_is_the_one_that_was_asked_for(case: Case, statistic: str, value: float) -> None:
    for number in (1, 3, 5, 7, 9):
        case.record(case.name, NOW - 1, number)
    ((only,),) = case.history.read([Asked(case.name, statistic)], WINDOW)
    assert only.values == (None, value)


def test_more_series_than_one_call_takes_are_all_read() -> None:
    with EmbeddedAws({}):
        name = f"Tried{next(NUMBERS)}"
        for number in range(501):
            log(name, NOW - 1, number, reason=f"r{number:03}")
        (series,) = CloudWatchHistory(cloudwatch_client()).read([Asked(name, by=("reason",))], WINDOW)
        assert [one.values[1] for one in series] == list(range(501))
