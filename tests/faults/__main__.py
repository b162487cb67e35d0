"""Every fault at every call, then two at once: python -m tests.faults [--seconds S] [--doubles N]. Prints a table."""

import argparse
import sys
import time
from contextlib import suppress

from tests.faults.proxy import FAULTS
from tests.faults.runs import Injection, Outcome, calls_of, doubles, run, singles
from tests.faults.world import faulty_world


class TimeIsUp(Exception):
    """Not everything was run."""


def main() -> int:
    """The exit code: 1 if an invariant did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", epilog="make faults DOUBLES=2000")
    parser.add_argument("--seconds", type=int, default=0, help="at most; 0: until everything was run")
    parser.add_argument("--doubles", type=int, default=2000, help="runs with two faults")
    parser.add_argument("--singles", type=int, help="runs with one fault; all of them, if it is not said")
    asked = parser.parse_args()
    until = time.monotonic() + asked.seconds if asked.seconds else float("inf")
    single, double = Outcome(), Outcome()
    with faulty_world() as world:
        calls = calls_of(world)
        pairs = list(singles(calls))
        wanted = pairs[: asked.singles]
        for injection in wanted:
            if time.monotonic() > until - 0.3 * asked.seconds:
                break
            run(world, injection, single)
            if single.runs % 100 == 0:
                sys.stderr.write(f"{single.runs} of {len(pairs)}, broken {len(single.broken)}\n")

        def each(injection: Injection) -> None:
            if time.monotonic() > until:
                raise TimeIsUp
            run(world, injection, double)

        with suppress(TimeIsUp):
            if asked.doubles:
                doubles(calls, asked.doubles, each)
    print(_table(single, double, len(pairs), asked.doubles))  # noqa: T201
    return int(bool(single.broken or double.broken))


def _table(single: Outcome, double: Outcome, pairs: int, wanted: int) -> str:
    ones = f"One fault: {single.runs:,} of {pairs:,} pairs of a call and a fault; {single.met:,} found their call."
    twos = f"Two faults: {double.runs:,} of {wanted:,} runs; {double.met:,} found both calls."
    broken = [*single.broken, *double.broken]
    end = f"Slowest answer: {max(single.slowest, double.slowest):.1f} s. Invariants that did not hold: {len(broken)}."
    spent = f"Runs after which a caller needed a fresh token: {single.spent} and {double.spent}."
    lines = [ones, twos, end, spent, "", "| fault | 200 | 4xx | 500 | 503 |", "|---|---|---|---|---|"]
    for fault in FAULTS:
        counted = {status: single.statuses.get((fault, status), 0) for status in range(600)}
        refused = sum(number for status, number in counted.items() if 400 <= status < 500)
        lines.append(f"| {fault} | {counted[200]} | {refused} | {counted[500]} | {counted[503]} |")
    lines += [f"- BROKEN {one.flow} {dict(one.faults)}: {why}" for one, why in broken]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
