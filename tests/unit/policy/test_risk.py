"""Policies compare risk scores, and whoever compares says with what."""

import pytest

from federation.model.risk import RiskKey, RiskScore
from federation.trust.risks import KnownRisks
from tests.support.fake_clock import FixedClock
from tests.support.policy_world import Decisions, outcome_of
from tests.support.trust_values import NOW

PRINCIPAL = RiskKey("principal", "partner/acme/sync", "acme")
ISSUER = RiskKey("issuer", "acme", "acme")
CAREFUL = {
    "p": "forbid (principal, action, resource) when { context.risk.principal > 50 || context.risk.issuer > 80 };"
}


def world(**scores: RiskScore) -> Decisions:
    made = Decisions(texts=CAREFUL)
    known = {"principal": PRINCIPAL, "issuer": ISSUER}
    made.risks.learn({known[name]: score for name, score in scores.items()})
    return made


def test_scores_that_no_policy_compares_are_not_looked_at() -> None:
    assert Decisions().decide().risks == ()


def test_scores_that_a_policy_compares_are_named_even_where_there_is_none() -> None:
    assert Decisions(texts=CAREFUL).decide().risks == ((PRINCIPAL, None), (ISSUER, None))
    score = RiskScore.of(50, NOW)
    assert world(principal=score).decide().risks == ((PRINCIPAL, score), (ISSUER, None))


@pytest.mark.parametrize("scores", [{"principal": RiskScore.of(51, NOW)}, {"issuer": RiskScore.of(81, NOW)}])
def test_a_score_that_is_too_high_is_a_refusal(scores: dict[str, RiskScore]) -> None:
    assert outcome_of(world(**scores).refused()) == ("invalid_request", "policy_denied")


def test_scores_decay() -> None:
    decayed = world(principal=RiskScore.of(100, NOW - 3600, 3600))
    assert decayed.decide().risks[0] == (PRINCIPAL, RiskScore.of(100, NOW - 3600, 3600))
    assert outcome_of(world(principal=RiskScore.of(100, NOW - 3400, 3600)).refused())[1] == "policy_denied"


def test_another_tenants_principal_of_that_name_is_another() -> None:
    made = Decisions(texts=CAREFUL)
    made.risks.learn({RiskKey("principal", "partner/acme/sync", "globex"): RiskScore.of(100, NOW)})
    assert made.decide().risks[0] == (PRINCIPAL, None)


def test_a_score_that_is_gone_is_forgotten() -> None:
    risks = KnownRisks(FixedClock(NOW))
    risks.learn({PRINCIPAL: RiskScore.of(9, NOW)})
    risks.learn({PRINCIPAL: None})
    assert risks.get(PRINCIPAL) is None


def test_no_more_scores_are_remembered_than_there_is_room_for() -> None:
    risks = KnownRisks(FixedClock(NOW), limit=2)
    for number in range(3):
        risks.learn({RiskKey("issuer", str(number)): RiskScore.of(number, NOW)})
    assert [risks.get(RiskKey("issuer", str(number))) for number in range(3)] == [
        None,
        RiskScore.of(1, NOW),
        RiskScore.of(2, NOW),
    ]


def test_a_score_that_was_lowered_elsewhere_refuses_for_half_a_minute_at_most() -> None:
    """Whoever is refused never gets to the commit, which alone would notice."""
    made = world(principal=RiskScore.of(100, NOW))
    assert outcome_of(made.refused())[1] == "policy_denied"
    made.at += 30
    assert made.decide().risks[0] == (PRINCIPAL, None)
