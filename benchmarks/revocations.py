"""`python -m benchmarks.revocations [MANY]`: what revoking one chain costs beside so many living tokens. Only prints.

The lean client in this process, AWS over HTTP in another, so that CPU is our own. Beside few and beside many in turn.
"""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median
from typing import TypeAlias

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.living import CHAIN, chain_named
from benchmarks.world import AwsProcess, aws_process
from federation.aws.current_state import DynamoCurrentState
from federation.aws.issued_tokens import DynamoIssuedTokens
from federation.aws.lean.services import lean_services
from federation.bootstrap.revocation import revoker
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.ports import CurrentVersionsQuery
from federation.revocation.revoker import RevocationRequest
from federation.settings import read_settings
from federation.system import SystemClock
from federation.web.authorities import system_trust

FEW, MANY = 1_000, 1_000_000
ROUNDS = 7


class Cost(Struct, frozen=True):
    """Milliseconds of CPU, and AWS calls."""

    cpu: float
    calls: int


Step: TypeAlias = Callable[[RevocationKey], None]


def measure(numbers: tuple[int, int]) -> dict[str, list[Cost]]:
    """Step -> its cost beside each number of living tokens."""
    with ExitStack() as running:
        started = [aws_process(more={"FAITHFUL": "1", "LIVING": str(number)}) for number in numbers]
        every = [running.enter_context(each) for each in started]
        steps = [_steps(aws, running) for aws in every]
        rows: dict[str, list[list[Cost]]] = {name: [] for name in steps[0]}
        for number in range(ROUNDS):
            chain = RevocationKey(RevocationTarget.TXN, chain_named(number))
            for name, row in rows.items():
                row.append([_spent(aws, of[name], chain) for aws, of in zip(every, steps, strict=True)])
    return {name: [_median(costs) for costs in zip(*row[1:], strict=True)] for name, row in rows.items()}


def _steps(aws: AwsProcess, running: ExitStack) -> dict[str, Step]:
    settings = read_settings(aws.environment)
    dynamodb, clock = lean_services(aws.environment, system_trust).dynamodb, SystemClock()
    revoking = revoker(settings, dynamodb, clock)
    state = DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock)
    tokens = DynamoIssuedTokens(dynamodb, settings.audit_table, running.enter_context(ThreadPoolExecutor(1)))

    def revoke(key: RevocationKey) -> None:
        revoking.revoke(RevocationRequest(key, "bench"), {"time": "", "correlation_id": key.value})

    def look(key: RevocationKey) -> None:
        if key not in state.standing(CurrentVersionsQuery(revocations=frozenset({key}))).revocations:
            raise RuntimeError("the chain is not revoked")

    def find(key: RevocationKey) -> None:
        if len(tokens.affected([key], int(clock.now()))) != CHAIN:
            raise RuntimeError("not every token of the chain was found")

    return {
        "revoking a chain": revoke,
        "refusing a token of it (what an exchange and introspection read)": look,
        "finding its tokens for the status lists": find,
    }


def _spent(aws: AwsProcess, step: Step, key: RevocationKey) -> Cost:
    aws.calls()
    before = time.process_time()
    step(key)
    spent = (time.process_time() - before) * 1000
    return Cost(spent, sum(aws.calls().values()))


def _median(costs: tuple[Cost, ...]) -> Cost:
    return Cost(median(one.cpu for one in costs), round(median(one.calls for one in costs)))


def _shown(costs: list[Cost]) -> Iterator[str]:
    yield from (f"{one.cpu:.2f} ms, {one.calls} calls" for one in costs)
    yield f"{costs[1].cpu / costs[0].cpu:.2f}"


def main() -> None:
    """Print."""
    number = int(sys.argv[1]) if sys.argv[1:] else MANY
    table = Table("what", f"beside {FEW:,}", f"beside {number:,}", "times")
    for name, costs in measure((FEW, number)).items():
        table.add_row(name, *_shown(costs))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
