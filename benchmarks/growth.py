"""`python -m benchmarks.growth [OTHERS]`: what a tenant pays for what others write. Prints; judges nothing.

The token function as it is deployed, in this process; AWS over HTTP in another, so that CPU is the function's own.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from statistics import median

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from benchmarks.others import PATTERNS, pattern_issuer
from benchmarks.world import AwsProcess, Response, World, aws_process, world
from federation.policy.cedar.compile import read_policy, read_rule
from federation.trust.versions import TTL

FEW, MANY = 10, 10_000
"""Of many, the default: they are loaded in minutes."""
COLD, WARM = 40, 60
SETTLES = 20
_SLOW = "the stand-in for AWS is too slow: wait until the machine is idle"
BEFORE = "9.2 s CPU for a cold process, 0.64 s at each reload (every policy was parsed for everybody)"


READS = ("GetItem", "BatchGetItem", "Query")
"""A quiet process leases its limits anew, which is no read."""
PLENTY = {f"FEDERATION_{of}_RATE": "90000/90000" for of in ("ISSUER", "TENANT", "ADDRESS")}
"""All requests come from one address, as fast as they can."""


class Cost(Struct, frozen=True):
    """Milliseconds of CPU, AWS calls, and how many of them read documents or state."""

    cpu: float
    calls: int
    reads: int


class Growth(Struct, frozen=True):
    """Beside so many policies and issuers of others."""

    others: int
    cold: Cost
    warm: Cost
    reload: Cost
    patterns: tuple[Cost, ...]
    """A warm exchange of an issuer with that many."""


def measure(few: int, many: int) -> tuple[Growth, Growth]:
    """Loads both, and measures them in turn: whatever else the machine does, it does to both."""
    with aws_process("RS256", few) as one, aws_process("RS256", many) as other:
        both = [replace(aws, environment={**aws.environment, **PLENTY}) for aws in (one, other)]
        cold = _in_turn([partial(_cold, aws) for aws in both], COLD)
        with world(both[0]) as first, world(both[1]) as second:
            pairs = list(zip(both, (first, second), strict=True))
            asks = [_ask(aws, warm) for aws, warm in pairs]
            for _ in range(20):
                _ = [ask() for ask in asks]
            ordinary = _in_turn([partial(_spent, aws, ask) for aws, ask in zip(both, asks, strict=True)], WARM)
            patterns = [tuple(_patterns(aws, warm, number) for number in PATTERNS) for aws, warm in pairs]
            time.sleep(TTL + 1)
            reload = [_spent(aws, ask) for aws, ask in zip(both, asks, strict=True)]
    found = [Growth(*one) for one in zip((few, many), cold, ordinary, reload, patterns, strict=True)]
    return found[0], found[1]


def _ask(aws: AwsProcess, warm: World) -> Callable[[], Response]:
    token = aws.token()
    return lambda: warm.exchange(token)


def _in_turn(spend: Sequence[Callable[[], Cost]], times: int) -> list[Cost]:
    """Each is first as often as the others: what comes second finds the caches full of the first."""
    rounds = [_round(spend, number % len(spend)) for number in range(times)]
    return [_median(list(costs)) for costs in zip(*rounds, strict=True)]


def _round(spend: Sequence[Callable[[], Cost]], first: int) -> list[Cost]:
    order = [*range(first, len(spend)), *range(first)]
    found = {number: spend[number]() for number in order}
    return [found[number] for number in range(len(spend))]


def _cold(aws: AwsProcess) -> Cost:
    """The first decision of a process that has read and parsed nothing."""
    token = aws.token()
    for _ in range(SETTLES):
        read_policy.cache_clear()
        read_rule.cache_clear()
        with world(aws) as fresh, suppress(TimeoutError):
            return _spent(aws, lambda: fresh.exchange(token), tries=1)
    raise TimeoutError(_SLOW)


def _patterns(aws: AwsProcess, warm: World, number: int) -> Cost:
    token = aws.token("svc0000-x", pattern_issuer(number))
    for _ in range(20):
        warm.exchange(token)
    return _median([_spent(aws, lambda: warm.exchange(token)) for _ in range(WARM)])


def _spent(aws: AwsProcess, work: Callable[[], Response], tries: int = SETTLES) -> Cost:
    """Of a good answer; on a busy machine a call may take too long, and is refused."""
    for _ in range(tries):
        aws.calls()
        before = time.process_time()
        status = work().status
        spent, calls = (time.process_time() - before) * 1000, aws.calls()
        if status == 200:  # noqa: PLR2004
            return Cost(spent, sum(calls.values()), sum(calls[name] for name in READS))
    raise TimeoutError(_SLOW)


def _median(costs: list[Cost]) -> Cost:
    counted = (round(median(getattr(one, name) for one in costs)) for name in ("calls", "reads"))
    return Cost(median(one.cpu for one in costs), *counted)


def main() -> None:
    """Print."""
    number = int(sys.argv[1]) if sys.argv[1:] else MANY
    few, many = measure(FEW, number)
    table = Table("what", f"beside {FEW}", f"beside {number:,}", "times")
    rows = [("first decision, cold", few.cold, many.cold), ("decision, warm", few.warm, many.warm)]
    rows += [("reload of what did not move", few.reload, many.reload)]
    for name, one, other in rows:
        table.add_row(name, _shown(one), _shown(other), f"{other.cpu / one.cpu:.2f}")
    single, thousand = many.patterns
    table.add_row(
        "one mapping among 1 / 1,000 patterns", _shown(single), _shown(thousand), f"{thousand.cpu / single.cpu:.2f}"
    )
    console = Console()
    console.print(table)
    console.print(f"before policies were filed by their heads: {BEFORE}")


def _shown(cost: Cost) -> str:
    return f"{cost.cpu:.2f} ms, {cost.calls} calls, {cost.reads} of them reads"


if __name__ == "__main__":
    main()
