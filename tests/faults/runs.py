"""Which faults are injected where: every pair of a call and a fault alone, and two at once as hypothesis draws them."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.faults.flows import FLOWS, Spent
from tests.faults.proxy import DEATHS, FAULTS, Plan, fits
from tests.faults.world import World

MARGIN = 3
"""Calls beyond those of a run without faults: attempts of what failed before."""


@dataclass(frozen=True, slots=True)
class Injection:
    """`faults`: name by the number of the call."""

    flow: str
    faults: Mapping[int, str]


@dataclass
class Outcome:
    """Of many runs."""

    runs: int = 0
    met: int = 0
    """Runs in which every fault found its call."""
    statuses: dict[tuple[str, int], int] = field(default_factory=dict)
    """(fault, status of the answer) -> runs."""
    slowest: float = 0.0
    spent: int = 0
    """Runs after which a caller needed a fresh token: the process died, or a second fault hit the giving back."""
    broken: list[tuple[Injection, str]] = field(default_factory=list)

    def add(self, injection: Injection, plan: Plan, status: int, seconds: float) -> None:
        self.runs += 1
        self.met += plan.met >= set(injection.faults)
        self.slowest = max(self.slowest, seconds)
        for fault in injection.faults.values():
            self.statuses[fault, status] = self.statuses.get((fault, status), 0) + 1


def calls_of(world: World, names: Collection[str] = FLOWS) -> Mapping[str, list[str]]:
    """Flow -> the calls of a run without faults. What runs side by side has an order of its own in each run."""
    found: dict[str, list[str]] = {}
    for name in names:
        plan = Plan()
        FLOWS[name].run(world, plan)
        found[name] = plan.calls
    return found


def singles(calls: Mapping[str, list[str]]) -> Iterator[Injection]:
    """Every pair, in an order that makes a part of them a fair sample."""
    pairs = [(flow, number, fault) for flow, made in calls.items() for number in range(len(made)) for fault in FAULTS]
    possible = [one for one in pairs if _may_be(calls[one[0]], one[1], one[2])]
    random.Random(7).shuffle(possible)  # noqa: S311 (an order)
    yield from (Injection(flow, {number: fault}) for flow, number, fault in possible)


def _may_be(made: list[str], number: int, fault: str) -> bool:
    """A call and its neighbours: what is sent at once arrives in any order."""
    return any(fits(fault, call) for call in made[max(0, number - 3) : number + 4])


TRIES = 3


def run(world: World, injection: Injection, outcome: Outcome) -> None:
    """Notes what came of it; raises nothing. A machine that is busy adds faults of its own: time that is over."""
    plan = Plan({number: FAULTS[name] for number, name in injection.faults.items()})
    began = time.monotonic()
    try:
        answer = FLOWS[injection.flow].run(world, plan)
    except Spent as spent:
        outcome.add(injection, plan, spent.answer.status, spent.answer.seconds)
        may = len(injection.faults) > 1 or DEATHS & {*injection.faults.values()}
        if may or not _always_spends(world, injection):
            outcome.spent += 1
        else:
            outcome.broken.append((injection, f"always: {spent}"))
    except Exception as error:  # noqa: BLE001 (whatever escapes a function is one of the things that must not be)
        outcome.broken.append((injection, f"{type(error).__name__}: {error}"))
        outcome.add(injection, plan, 0, time.monotonic() - began)
    else:
        outcome.add(injection, plan, answer.status, answer.seconds)


def _always_spends(world: World, injection: Injection) -> bool:
    """One fault alone leaves a way to repeat, where the process lives to give back."""
    for _ in range(TRIES):
        try:
            FLOWS[injection.flow].run(world, Plan({number: FAULTS[name] for number, name in injection.faults.items()}))
        except Spent:
            continue
        return False
    return True


def doubles(calls: Mapping[str, list[str]], examples: int, each: Callable[[Injection], None]) -> None:
    """Two faults in one run, as hypothesis draws them; `each` runs them."""
    drawn = st.sampled_from(sorted(calls)).flatmap(
        lambda flow: st.builds(
            Injection,
            st.just(flow),
            st.dictionaries(
                st.integers(0, len(calls[flow]) - 1 + MARGIN), st.sampled_from(sorted(FAULTS)), min_size=2, max_size=2
            ),
        )
    )

    @seed(7)
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=_ALL)
    @given(drawn)
    def draw(injection: Injection) -> None:
        each(injection)

    draw()


_ALL = list(HealthCheck)
