"""What was measured, kept."""

from collections.abc import Mapping, Sequence

from federation.local.moto_cloudwatch import Cell
from federation.local.moto_cloudwatch import statistic as of_cell
from federation.ports import AlarmState, Asked, Series, Window
from federation.ports.metrics import OURS


class FakeMetrics:
    """Keeps every value; `record` is what a function's log line tells."""

    def __init__(self) -> None:
        self.alarms: list[AlarmState] = []
        self._kept: list[tuple[str, str, Mapping[str, str], float, float]] = []

    def record(
        self,
        name: str,
        at: float,
        value: float = 1,
        *,
        namespace: str = "FederationBridge",
        fixed: Mapping[str, str] = OURS,
        **dimensions: str,
    ) -> None:
        """`at`: seconds since the epoch."""
        self._kept.append((namespace, name, {**fixed, **dimensions}, at, value))

    def states(self) -> tuple[AlarmState, ...]:
        return tuple(sorted(self.alarms))

    def read(self, asked: Sequence[Asked], window: Window) -> tuple[tuple[Series, ...], ...]:
        return tuple(tuple(self._series(one, window)) for one in asked)

    def _series(self, asked: Asked, window: Window) -> list[Series]:
        names = {*asked.fixed, *asked.by}
        found = [
            {name: named[name] for name in asked.by}
            for namespace, metric, named, _, _ in self._kept
            if (namespace, metric) == (asked.namespace, asked.name)
            and named.keys() == names
            and asked.fixed.items() <= named.items()
        ]
        distinct = [dict(one) for one in sorted({tuple(each.items()) for each in found})] if asked.by else [{}]
        return [Series(each, self._values(asked, {**asked.fixed, **each}, window)) for each in distinct]

    def _values(self, asked: Asked, named: Mapping[str, str], window: Window) -> tuple[float | None, ...]:
        cells: dict[int, Cell] = {}
        for namespace, metric, dimensions, at, value in self._kept:
            place = int(at - window.since) // window.bucket
            if (namespace, metric, dict(dimensions)) == (asked.namespace, asked.name, dict(named)):
                cells.setdefault(place, Cell()).add(value)
        read = (cells.get(place) for place in range(window.buckets))
        return tuple(None if cell is None else of_cell(asked.statistic, cell) for cell in read)
