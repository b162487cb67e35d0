"""How often something happens by the minute, and how often it did at its busiest."""

from math import ceil, log2

from msgspec import Struct, field

from federation.model.risk import HIGHEST

MINUTE, HOUR = 60, 3600
SLICE = 10
"""Seconds."""
SLICES = MINUTE // SLICE
HOURS = 48
"""Of a weekday, then of a day of the weekend."""
LEARNS = 0.3
"""How much of an hour's slot the newest hour is (EWMA)."""
FORGETS = 0.5 ** (1 / (60 * 24))
"""What is left of the busiest minute after an hour: half in sixty days."""
STEPS = 16
"""Of a byte for each doubling."""
MAX_STEP = 255


class Pace(Struct, array_like=True):
    """Counts over a minute that slides by ten seconds."""

    newest: int = 0
    """The newest slice of time: since the epoch, in slices."""
    counts: list[int] = field(default_factory=lambda: [0] * SLICES)
    """Of each slice; the newest comes last."""
    hour: int = 0
    peak: int = 0
    """The busiest minute of this hour."""
    top: float = 0.0
    """The busiest of all hours before, fading."""

    def add(self, now: int, allowance: float) -> tuple[int, list[tuple[int, int]]]:
        """Count one: how many there are in a minute now, and (hour, busiest minute) of the hours that have ended.

        What comes more than a minute late is not counted. `allowance`: no hour teaches more than twice that, so that
        an attack does not make itself ordinary.
        """
        slice_ = now // SLICE
        late = self.newest - slice_
        if late >= SLICES:
            return 0, []
        ended = self.turn(now // HOUR, allowance)
        if late < 0:
            self.counts = (self.counts + [0] * min(-late, SLICES))[-SLICES:]
            self.newest, late = slice_, 0
        self.counts[SLICES - 1 - late] += 1
        in_a_minute = sum(self.counts)
        self.peak = max(self.peak, in_a_minute)
        return in_a_minute, ended

    def turn(self, hour: int, allowance: float) -> list[tuple[int, int]]:
        """Close the hours before: (hour, busiest minute) of the one that was counted in."""
        if hour <= self.hour:
            return []
        busiest = min(self.peak, ceil(2 * allowance))
        ended = [(self.hour, busiest)] if self.hour else []
        self.top = max(self.top * FORGETS ** (hour - self.hour), float(busiest))
        self.hour, self.peak = hour, 0
        return ended

    def excess(self, count: int, least: int, times: float, first: int) -> int | None:
        """The score of so many in a minute, 10 more for each doubling; None: they are not unusual.

        It is `first` for `least`, or for `times` the busiest minute before where that is more.
        """
        limit = max(float(least), times * self.top)
        return None if count < limit else min(HIGHEST, int(first + 10 * log2(count / limit)))


class Season(Struct, array_like=True):
    """The busiest minute to expect at each hour of a weekday and of a day of the weekend."""

    slots: bytes = bytes(HOURS)
    """Each on a logarithmic scale."""

    def learn(self, hour: int, busiest: int) -> None:
        """`hour`: since the epoch."""
        slot, slots = slot_of(hour), bytearray(self.slots)
        slots[slot] = _step(_value(slots[slot]) * (1 - LEARNS) + busiest * LEARNS)
        self.slots = bytes(slots)

    def skip(self, first: int, last: int) -> None:
        """Nothing happened in these hours, `last` not included."""
        for hour in range(max(first, last - 7 * 24), last):
            self.learn(hour, 0)

    def expected(self, hour: int) -> float:
        """At that hour, an hour sooner or later."""
        return max(_value(self.slots[slot_of(near)]) for near in (hour - 1, hour, hour + 1))


def slot_of(hour: int) -> int:
    """Which slot an hour since the epoch has; the epoch began on a Thursday."""
    weekend = (hour // 24 + 3) % 7 >= 5  # noqa: PLR2004 (Saturday)
    return hour % 24 + (24 if weekend else 0)


def _step(value: float) -> int:
    return min(MAX_STEP, round(STEPS * log2(1 + value)))


def _value(step: int) -> float:
    return float(2 ** (step / STEPS) - 1)
