"""A few of the faults of `make faults` in every run of the suite, each flow with its calls; and what they must find."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.flows import FLOWS, Broken, issues_once, never_issues
from tests.faults.proxy import FAULTS, Plan
from tests.faults.runs import Outcome, calls_of, run, singles
from tests.faults.world import World, exchange, faulty_world

SWITCH = re.compile(r"\b(faulty|fault_plan|FAULTS?|inject\w*|chaos)\b")
LIBRARY = Path(__file__).parents[2]
ROUNDS = 5


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with faulty_world() as made:
        yield made


def test_no_fault_turns_a_refusal_into_a_grant_or_spends_what_cannot_be_had_again(world: World) -> None:
    outcome = Outcome()
    for injection in islice(singles(calls_of(world, ["exchange, warm", "forged"])), ROUNDS):
        run(world, injection, outcome)
    assert outcome.broken == []
    assert outcome.met


def test_what_is_injected_reaches_the_function(world: World) -> None:
    """All that it asks is refused: it says so, and spends nothing."""
    flow = FLOWS["exchange"]
    asked = flow.begin(world)
    world.start_anew()
    answer = world.ask(asked, Plan(dict.fromkeys(range(40), FAULTS["500"])))
    assert (answer.status, answer.members["error"]) == (503, "temporarily_unavailable")
    issues_once(world, asked, answer)


def test_an_invariant_that_does_not_hold_is_found(world: World) -> None:
    answer = world.ask(asked := exchange())
    with pytest.raises(Broken, match="became a grant"):
        never_issues(world, asked, answer)
    with pytest.raises(Broken, match="cannot be repeated"):
        issues_once(world, asked, world.ask(asked, Plan(dict.fromkeys(range(40), FAULTS["500"]))))


def test_nothing_that_is_deployed_knows_of_faults() -> None:
    """All that a built zip has of ours: functions/, and federation/ without what the Makefile leaves out."""
    code = [*(LIBRARY / "functions").rglob("*.py"), *(LIBRARY / "federation").rglob("*.py")]
    packed = [file for file in code if not {"cli", "local"} & set(file.relative_to(LIBRARY).parts)]
    assert len(packed) > 300
    assert [str(file) for file in packed if SWITCH.search(file.read_text(encoding="utf-8"))] == []
