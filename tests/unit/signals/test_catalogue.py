"""Every signal has cases, sequences with a clock, and does what they say."""

from pathlib import Path

import pytest

from federation.signals.catalogue.all import SIGNALS
from federation.signals.memory import MAX_BYTES
from federation.signals.signal import Case, Definition
from tests.support.signal_cases import played

CASES = [(signal, case) for signal in SIGNALS for case in signal.cases]


@pytest.mark.parametrize(("signal", "case"), CASES, ids=[f"{one.name}: {case.name}" for one, case in CASES])
def test_a_case_comes_out_as_it_says(signal: Definition, case: Case) -> None:
    signals, memories = played(case.steps)
    found = [one for one in signals if one.name == signal.name and one.watched.what in signal.of]
    assert max((one.score for one in found), default=0) == case.score, found
    assert max(map(len, memories.values())) <= MAX_BYTES


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_it_has_a_hit_and_a_miss_and_a_threshold_that_a_case_reaches(signal: Definition) -> None:
    scores = [case.score for case in signal.cases]
    assert min(scores) == 0
    assert max(scores) >= 70


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_the_page_says_what_to_do(signal: Definition) -> None:
    page, _, heading = signal.runbook.partition("#")
    text = (Path(__file__).parents[3] / "docs" / page).read_text()
    assert f"\n### {heading}\n" in text


def test_no_two_have_one_name() -> None:
    assert len({one.name for one in SIGNALS}) == len(SIGNALS)


def test_E_nothing_that_a_stranger_may_cause_raises_a_score() -> None:
    about_strangers = {one.name for one in SIGNALS if one.strangers}
    told = [one for signal in SIGNALS if signal.strangers for case in signal.cases for one in played(case.steps)[0]]
    assert about_strangers <= {one.name for one in told}
    assert not [one for one in told if one.raises and (one.name in about_strangers or one.watched.what == "address")]
