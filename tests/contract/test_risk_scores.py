"""RiskScores: what raises a score never lowers it, and says why."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.model.risk import MAX_CAUSES, Decay, RiskCause, RiskKey
from federation.ports import CurrentVersionsQuery
from tests.support.contract import Engine
from tests.support.state_contract import StatePorts, state_ports

NOW = 1_800_000_000
ANN = RiskKey("principal", "user/ann", "acme")


@pytest.fixture
def state(engine: Engine | None) -> StatePorts:
    made = state_ports(engine)
    made.clock.at = NOW
    return made


def cause(score: int, reason: str = "malware", **how: int) -> RiskCause:
    decay = Decay(score, how.pop("at", NOW), **how)
    return RiskCause(decay, reason, "admin/edr", (f"c-{score}",))


def score(state: StatePorts, now: int = NOW, key: RiskKey = ANN) -> int:
    found = state.current.standing(CurrentVersionsQuery(risks=frozenset({key}))).risks
    return found[key].now(now) if key in found else 0


def test_what_is_raised_is_what_policies_read_and_says_why(state: StatePorts) -> None:
    said = cause(80, until=NOW + 7200, half_life=3600)
    assert state.risks.raise_score(ANN, said) == (said,)
    assert [score(state, NOW + later) for later in (0, 3600, 7199, 7200)] == [80, 40, 20, 0]
    assert state.risks.causes([ANN, RiskKey("issuer", "acme")]) == {ANN: (said,)}


def test_a_lower_score_lowers_nothing_and_its_reason_is_kept_beside_the_higher(state: StatePorts) -> None:
    state.risks.raise_score(ANN, cause(90))
    state.risks.raise_score(ANN, cause(20, "odd hours", half_life=86_400))
    assert [score(state, NOW + later) for later in (0, 4 * 3600)] == [90, 17]
    assert [one.reason for one in state.risks.causes([ANN])[ANN]] == ["malware", "odd hours"]


def test_saying_the_same_again_adds_nothing(state: StatePorts) -> None:
    for _ in range(3):
        state.risks.raise_score(ANN, cause(50))
    assert state.risks.causes([ANN]) == {ANN: (cause(50),)}


def test_the_same_reason_again_later_takes_the_place_of_the_first_and_keeps_its_requests(state: StatePorts) -> None:
    state.risks.raise_score(ANN, cause(50))
    state.clock.at = NOW + 600
    (standing,) = state.risks.raise_score(ANN, cause(60, at=NOW + 600))
    assert (standing.decay, standing.correlation_ids) == (Decay(60, NOW + 600), ("c-50", "c-60"))


def test_what_has_come_to_its_end_is_told_no_more(state: StatePorts) -> None:
    state.risks.raise_score(ANN, cause(80, until=NOW + 60))
    state.clock.at = NOW + 60
    assert state.risks.causes([ANN]) == {}


def test_however_many_reasons_there_are_few_are_kept_and_the_score_is_as_high(state: StatePorts) -> None:
    for number in range(3 * MAX_CAUSES):
        state.risks.raise_score(ANN, cause(1 + number % 20, f"reason {number}"))
        assert len(state.risks.causes([ANN])[ANN]) <= MAX_CAUSES
    assert score(state) == 20


def test_of_several_who_raise_at_once_none_is_lost(state: StatePorts) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: state.risks.raise_score(ANN, cause(10 * number, f"r{number}")), range(1, 5)))
    assert score(state) == 40
    assert {one.reason for one in state.risks.causes([ANN])[ANN]} == {"r1", "r2", "r3", "r4"}
