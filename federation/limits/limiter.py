"""Admits requests within their limits; what is refused once is refused here until there may be something again.

How exact: a process spends only what it took from the shared bucket, so all of them together never admit more than the
burst and the refills since. What a process took may be spent up to a second later, and is lost after that: in any span
of t seconds at most `burst + per_second * (t + 1)` are admitted, and of what the limit allows no less than nine tenths.
Where it is known how many processes there can be, a quiet one may spend a few up to a minute later: all processes
together no more than a tenth of the burst, by which a span may have more.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from threading import Lock
from typing import TypeAlias

from msgspec import Struct

from federation.limits.arrival import Taking
from federation.limits.lease import Lease, kept_by_each
from federation.limits.recent import Recent
from federation.model.trust import RateLimit
from federation.oauth.errors import TooManyRequests
from federation.oauth.reasons import Reason
from federation.ports import Allowances, Clock

REMEMBERED = 10_000
"""Keys of each kind that a process remembers."""


Gate: TypeAlias = Callable[[], Callable[[], None]]
"""Asks when it is called; what that returns waits, and raises TooManyRequests where nothing is left."""


class Limited(Struct, frozen=True):
    """Whose requests are counted, such as ("client", id), and how many are allowed."""

    key: tuple[str, ...]
    limit: RateLimit


class Admission:
    """A request on its way in, with a gate for each key: what is held here comes before what must be taken."""

    def __init__(self, give_back: Callable[[Sequence[Lease]], None]) -> None:
        self._give_back = give_back
        self.spent: list[Lease] = []
        self.gates: list[Gate] = []

    def gate(self, lease: Lease, spend: Gate) -> Gate:
        """Counts the request against a bucket when it is passed, and not again if it is passed again."""

        def asked() -> Callable[[], None]:
            if lease in self.spent:
                return _passed
            waits = spend()

            def counted() -> None:
                waits()
                self.spent.append(lease)

            return counted

        return asked

    def give_back(self) -> None:
        """The request was refused: it counts under no key."""
        spent, self.spent = self.spent, []
        self._give_back(spent)


class Limiter:
    """One for a process; safe for many threads."""

    def __init__(
        self, allowances: Allowances, clock: Clock, remembered: int = REMEMBERED, *, processes: int = 0
    ) -> None:
        """`processes`: that ask with this one, at most; 0: it is not known."""
        self._allowances = allowances
        self._processes = processes
        self._clock = clock
        self._lock = Lock()
        self._leases: Recent[Limited, Lease] = Recent(remembered)
        self._arrivals: Recent[Limited, int] = Recent(remembered)

    def admit(self, wanted: Sequence[Limited]) -> None:
        """One request, which counts under each key or, where it is refused under one, under none.

        Raises TooManyRequests, and what `Allowances.take` raises: what cannot be counted is not admitted.
        """
        admission = self.begin(wanted)
        try:
            for gate in admission.gates:
                gate()()
        except Exception:
            admission.give_back()
            raise

    def begin(self, wanted: Sequence[Limited]) -> "Admission":
        """The same in two steps, of which the first asks nobody: raises TooManyRequests for what is known here.

        The gates are for whoever has other things to wait for meanwhile. A key whose gate is never passed is not
        counted: whoever is refused before must have been counted by `check_local`. So nobody who is refused spends what
        was leased for others: strangers with a good token for nothing at all among them.
        """
        admission = Admission(self._give_back)
        for limited, lease in self._cheapest_first(wanted):
            admission.gates.append(admission.gate(lease, partial(self._spend, limited, lease)))
        return admission

    def check_local(self, key: tuple[str, ...], limit: RateLimit) -> None:
        """One request that is not worth a call: counted in this process alone. Raises TooManyRequests."""
        limited = Limited(key, limit)
        taking = Taking(limit, 1, self._clock.now())
        with self._lock:
            arrival = self._arrivals.get(limited, int)
            if arrival > taking.now + limit.burst * taking.cost:
                arrival = taking.latest  # no bucket is emptier than empty: the clock was set back
            wait = taking.wait(arrival)
            if not wait:
                self._arrivals.put(limited, taking.taken(arrival))
        if wait:
            raise _too_many(limited, wait)

    @property
    def remembered(self) -> tuple[int, int]:
        """How many keys there are leases of, and how many are counted in this process alone."""
        return len(self._leases), len(self._arrivals)

    def _cheapest_first(self, wanted: Sequence[Limited]) -> list[tuple[Limited, Lease]]:
        """What is known to be refused costs nothing; what is held here comes before what must be taken."""
        now = self._clock.now()
        with self._lock:
            held = [(limited, self._lease(limited)) for limited in wanted]
            refused = [(lease.wait(now), limited) for limited, lease in held if lease.wait(now)]
            if refused:
                wait, limited = max(refused, key=lambda one: one[0])
                raise _too_many(limited, wait)
            return sorted(held, key=lambda one: not one[1].has(now))

    def _lease(self, limited: Limited) -> Lease:
        return self._leases.get(limited, lambda: Lease(limited.limit, kept_by_each(limited.limit, self._processes)))

    def _spend(self, limited: Limited, lease: Lease) -> Callable[[], None]:
        now = self._clock.now()
        with self._lock:
            if lease.has(now):
                lease.spend(now)
                return _passed
            size = lease.wanted(now)
            more = lease.welcome(size)
        waits = self._allowances.start_take(limited.key, limited.limit, size + more)
        return lambda: self._take(limited, lease, now, self._taken(limited, size, more, waits()))

    def _take(self, limited: Limited, lease: Lease, now: float, found: tuple[int, float]) -> None:
        taken, wait = found
        with self._lock:
            if taken:
                lease.granted(taken, now)
                lease.spend(now)
            if wait:
                lease.refused(wait, now)
        if not taken:
            raise _too_many(limited, wait)

    def _taken(self, limited: Limited, size: int, more: int, wait: float) -> tuple[int, float]:
        """What was taken of what is wanted and more, and for how many seconds there is nothing worth a further call.

        Where less is there than wanted, half of it is worth one. `wait`: until all of it is there; 0.0: it was.
        """
        if not wait:
            return size + more, 0.0
        pace = limited.limit.per_second
        there, late = int(size + more - wait * pace), wait - more / pace
        if there >= size / 2 and not self._allowances.take(limited.key, limited.limit, there):
            return there, max(0.0, late)
        return 0, late if late > 0 else 1 / pace

    def _give_back(self, spent: Sequence[Lease]) -> None:
        with self._lock:
            for lease in spent:
                lease.give_back()


def _passed() -> None:
    """It was counted already."""


def _too_many(limited: Limited, wait: float) -> TooManyRequests:
    """Retry-After has whole seconds: never earlier than is worth while."""
    return TooManyRequests(Reason.RATE_LIMITED, limited.key[0], retry_after=max(1, ceil(wait)))
