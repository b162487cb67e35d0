"""A policy's own tests: requests, and what is expected of each. A policy whose examples fail is not activated."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from federation.model.json import Json
from federation.model.policy import Decision, DecisionRequest, Place, Policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_obligations import differing_obligations
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.example_values import BadExample
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.zones import NO_ZONES, ZoneTable

MAX_EXAMPLES = 100
_OUTCOMES = {"allow": True, "deny": False}


class ExampleProblem(NamedTuple):
    """An example that cannot be run, or that came out otherwise."""

    number: int
    """Of the example in the document, from 0."""
    key: str
    """The key of the example that is wrong, as `context.network.zone`; empty: the example as a whole."""
    message: str


def run_examples(
    examples: Json, policy: Policy, places: ReadOnly[str, Place], zones: ZoneTable = NO_ZONES
) -> tuple[ExampleProblem, ...]:
    """What is wrong with the `examples` of a policy that compiles; none: all came out as expected.

    Each is decided by the policy and the shipped default together, as if the policy were shared and
    enabled. `places`: the audiences that are known, by id; they say in which environment and tenant an example is.
    `zones`: the networks that are known; they say in which zone an address is.
    """
    if not isinstance(examples, Sequence) or isinstance(examples, str):
        return (ExampleProblem(0, "", "examples are a list"),)
    if len(examples) > MAX_EXAMPLES:
        return (ExampleProblem(MAX_EXAMPLES, "", f"a policy has at most {MAX_EXAMPLES} examples"),)
    slices = PolicySlices((Policy(policy.id, policy.version, policy.cedar),))
    return tuple(_problems(examples, slices, places, zones))


def _problems(
    examples: Sequence[Json], slices: PolicySlices, places: ReadOnly[str, Place], zones: ZoneTable
) -> Iterator[ExampleProblem]:
    for number, example in enumerate(examples):
        try:
            expected, request = _expected(example), read_example(example, places, zones)
        except BadExample as bad:
            yield ExampleProblem(number, bad.key, bad.message)
            continue
        decision = CedarEngine().decide(request, slices)
        if decision.problem:
            yield ExampleProblem(number, "", f"cannot be evaluated, which is a denial: {decision.problem}")
        elif decision.allowed is not _OUTCOMES[expected]:
            yield ExampleProblem(number, "expect", _came_out(expected, request, decision))
        else:
            yield from _obliged(number, example, decision)


def _obliged(number: int, example: Json, decision: Decision) -> Iterator[ExampleProblem]:
    try:
        for key, message in differing_obligations(example, decision):
            yield ExampleProblem(number, key, message)
    except BadExample as bad:
        yield ExampleProblem(number, bad.key, bad.message)


def _expected(example: Json) -> str:
    expected = example.get("expect") if isinstance(example, ReadOnly) else None
    if not isinstance(expected, str) or expected not in _OUTCOMES:
        raise BadExample("expect", "write allow or deny")
    return expected


def _came_out(expected: str, request: DecisionRequest, decision: Decision) -> str:
    outcome = "allow" if decision.allowed else "deny"
    by = ", ".join(decision.determined_by) or "nothing, since no policy permits it"
    place = request.audience
    where = f"{place.id} (environment {place.environment or 'none'}, tenant {place.tenant or 'none'})"
    return f"expected {expected}, got {outcome}: {request.principal.id} at {where}, determined by {by}"
