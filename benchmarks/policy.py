"""`python -m benchmarks.policy`: what a decision costs as policies grow (DESIGN section 10). Prints; judges nothing."""

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import NamedTuple

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from federation.model.policy import Circumstances, DecisionRequest, Network, Party, Place, Policy
from federation.policy.cedar.compile import compile_policy, read_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.slices import PolicySlices

ROUNDS = 400
SLICE = 100
FEW, MANY = 10, 10_000

# As long as policies are: two conditions, a claim, a network.
FORBID = """\
forbid (principal, action == Action::"exchange", resource == Audience::"{audience}")
when {{ context.claims.hasTag("ref") && context.claims.getTag("ref") like "refs/tags/v{number}.*" }}
unless {{ context.network.zone == "corp" || context.token_age < duration("10m") }};
"""

REQUEST = DecisionRequest(
    principal=Party("ci/acme/shop", "acme-github", "acme", {"repository": "acme/shop"}),
    action="exchange",
    audience=Place("artifacts", "prod", "acme"),
    context=Circumstances(
        Network("203.0.113.7", "aws"),
        now=1_800_000_000,
        token_age=42,
        scopes=("artifacts:read", "artifacts:publish"),
        claims={f"claim_{number}": f"value {number}" for number in range(25)},
    ),
)


class Spent(NamedTuple):
    """Microseconds of CPU."""

    undisturbed: float
    """What the fastest tenth stays below: a neighbour on the machine cannot make anything faster."""
    median: float


class Measured(Struct, frozen=True):
    """One row."""

    what: str
    spent: Spent
    note: str = ""


def measure() -> list[Measured]:
    """The rows of the table. What is compared is measured in turns, so that a busy machine slows both alike."""
    few, many = spread(FEW), spread(MANY)
    one, hundred = PolicySlices(()), PolicySlices(concentrated(SLICE))
    alone, full = _in_turns(lambda: _decide(one), lambda: _decide(hundred))
    small, large = _in_turns(lambda: _decide(few), lambda: _decide(many))
    text = policy(0, "artifacts").cedar
    growth = large.undisturbed / small.undisturbed
    return [
        Measured("decision, the default policy alone", alone),
        Measured(f"decision, {SLICE} policies in the slice", full, "must be at most 500"),
        Measured(f"decision, {FEW} policies in total", small),
        Measured(f"decision, {MANY:,} policies in total", large, f"{growth:.2f} times; must be at most 1.5"),
        Measured("a policy read, cold start", _in_turns(lambda: read_policy.__wrapped__("p", text))[0]),
        Measured("a policy checked, where it is written", _in_turns(lambda: _checked(text))[0]),
        Measured(f"a slice of {SLICE} made", _in_turns(lambda: _decide(PolicySlices(concentrated(SLICE))))[0]),
    ]


def policy(number: int, audience: str) -> Policy:
    """One document."""
    return Policy(f"policy-{number}", 1, FORBID.format(audience=audience, number=number))


def concentrated(count: int) -> tuple[Policy, ...]:
    """Policies that all could apply, the shipped one included."""
    return tuple(policy(number, "artifacts") for number in range(count - 1))


def spread(count: int) -> PolicySlices:
    """Policies of which ten could apply, the shipped one included; the rest are about other audiences."""
    audiences = ["artifacts"] * (FEW - 1) + [f"api-{number}" for number in range(count - FEW)]
    return PolicySlices(tuple(policy(number, audience) for number, audience in enumerate(audiences)))


def _decide(slices: PolicySlices) -> None:
    if not CedarEngine().decide(REQUEST, slices).allowed:
        raise AssertionError("the request that is measured is denied")


def _checked(text: str) -> None:
    read_policy.cache_clear()
    compile_policy("p", text)


def _in_turns(*actions: Callable[[], object]) -> list[Spent]:
    spent: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for times, action in zip(spent, actions, strict=True):
            started = time.process_time_ns()
            action()
            times.append((time.process_time_ns() - started) / 1_000)
    return [Spent(quantiles(times, n=10)[0], median(times)) for times in spent]


def main() -> None:
    """Measure and print."""
    table = Table(title="Policy decisions, us of CPU", title_justify="left")
    for heading in ("what", "undisturbed", "median", ""):
        table.add_column(heading)
    for row in measure():
        table.add_row(row.what, f"{row.spent.undisturbed:.0f}", f"{row.spent.median:.0f}", row.note)
    Console().print(table)


if __name__ == "__main__":
    main()
