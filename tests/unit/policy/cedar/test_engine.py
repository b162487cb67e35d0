"""Decisions as data, then what holds for every one."""

from typing import Any

import pytest
from msgspec.structs import replace

from federation.model.json import JsonObject
from federation.model.policy import Network, Obligations, Policy
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.slices import PolicySlices
from tests.support.policy_requests import FORBID, PERMIT, REQUEST, claiming, decide, load

DECISIONS = load("decisions")


@pytest.mark.parametrize("vector", DECISIONS, ids=[vector["name"] for vector in DECISIONS])
def test_a_decision(vector: JsonObject) -> None:
    texts = vector["policies"]
    assert isinstance(texts, dict)
    for name, text in texts.items():
        compile_policy(name, text)
    decision = decide(texts, read_example(vector["request"], {}))
    assert decision.allowed is vector["allowed"]
    assert list(decision.determined_by) == vector["determined_by"]
    assert decision.obligations == _obligations(vector.get("obligations", {}))


def _obligations(written: Any) -> Obligations:  # noqa: ANN401  (as JSON is)
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in written.items()}
    return Obligations(**values)


def test_a_problem_names_the_document_and_says_what_happened() -> None:
    decision = decide({"sum": f"{FORBID} when {{ 9223372036854775807 + context.weekday > 0 }};"})
    assert decision.determined_by == ("sum",)
    assert "integer overflow" in decision.problem


def test_every_document_that_errs_is_named() -> None:
    broken = f"{FORBID} when {{ 9223372036854775807 + context.weekday > 0 }};"
    assert decide({"b": broken, "a": broken, "c": f"{PERMIT};"}).determined_by == ("a", "b")


def test_a_decision_without_problem_has_none() -> None:
    assert decide({}).problem == ""


def test_a_problem_does_not_repeat_the_request() -> None:
    decision = CedarEngine().decide(
        replace(claiming({"secret": "canary"}), context=replace(REQUEST.context, network=Network("canary"))),
        PolicySlices(()),
    )
    assert not decision.allowed
    assert decision.problem
    assert "canary" not in decision.problem


def test_a_disabled_policy_decides_nothing() -> None:
    slices = PolicySlices((Policy("p", 1, f"{FORBID};", enabled=False),))
    assert CedarEngine().decide(REQUEST, slices).determined_by == ("default",)


def test_a_disabled_default_is_not_replaced_by_the_shipped_one() -> None:
    slices = PolicySlices((Policy("default", 2, f"{PERMIT};", enabled=False),))
    assert not CedarEngine().decide(REQUEST, slices).allowed


def test_the_same_question_has_the_same_answer() -> None:
    texts = {name: f'@max_ttl("{ttl}s") {PERMIT};' for name, ttl in (("c", 60), ("a", 40), ("b", 90))}
    answers = {repr(decide(texts)) for _ in range(20)}
    assert len(answers) == 1
