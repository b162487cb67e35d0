"""What was measured, as pictures and alarms read it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from federation.model.metrics import NAMESPACE, SERVICE

OURS: Mapping[str, str] = MappingProxyType({"service": SERVICE})


class Asked(NamedTuple):
    """One metric, or all that differ in the dimensions `by` alone."""

    name: str
    statistic: str = "Sum"
    """As CloudWatch names them: Sum, Maximum, p50, p99."""
    by: tuple[str, ...] = ()
    namespace: str = NAMESPACE
    fixed: Mapping[str, str] = OURS


class Window(NamedTuple):
    """Equal buckets, oldest first."""

    since: int
    """Seconds since the epoch, a multiple of `bucket`."""
    bucket: int
    """Seconds, a multiple of 60."""
    buckets: int

    @property
    def until(self) -> int:
        """Where the last bucket ends."""
        return self.since + self.bucket * self.buckets


class Series(NamedTuple):
    """One value a bucket; None: nothing was measured in it."""

    dimensions: Mapping[str, str]
    """Those of `by`."""
    values: tuple[float | None, ...]


class AlarmState(NamedTuple):
    """One alarm."""

    name: str
    """Without the name of the deployment."""
    rings: bool
    since: int
    """When it came into this state, seconds since the epoch."""
    description: str
    """What it means, and where its runbook is, the last word."""


class Alarms(Protocol):
    """Reads the alarms of this deployment."""

    def states(self) -> tuple[AlarmState, ...]:
        """All of them, ordered by name. Raises TemporarilyUnavailable, ServerError."""
        ...


class MetricHistory(Protocol):
    """Reads metrics."""

    def read(self, asked: Sequence[Asked], window: Window) -> tuple[tuple[Series, ...], ...]:
        """For each that was asked for its series: one without `by`, else each that there is, ordered by dimensions.

        Raises TemporarilyUnavailable, ServerError.
        """
        ...
