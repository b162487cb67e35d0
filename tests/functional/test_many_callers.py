"""Many callers at once: every token is its own, and what may be used once is used once (ATTACKS invariants 8, 17)."""

from concurrent.futures import ThreadPoolExecutor

from tests.support.bridge_server import Bridge

CALLERS = 16


def test_every_caller_gets_a_token_of_its_own(bridge: Bridge) -> None:
    names = ["partner", "google", "azure-v1", "github", "kubernetes"] * 8
    with ThreadPoolExecutor(CALLERS) as callers:
        answers = list(callers.map(bridge.exchange, names))
    claims = [bridge.verify(answer) for answer in answers]
    assert len({claim["jti"] for claim in claims}) == len({claim["txn"] for claim in claims}) == len(names)
    recorded = {record["jti"]: record["correlation_id"] for record in bridge.issued_records()}
    assert [recorded[claim["jti"]] for claim in claims] == [claim["txn"] for claim in claims]


def test_a_single_use_token_that_many_race_for_is_released_once(bridge: Bridge) -> None:
    token = bridge.token("once", jti="raced-for")
    with ThreadPoolExecutor(CALLERS) as callers:
        answers = list(callers.map(lambda _: bridge.exchange(subject_token=token), range(CALLERS)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * (CALLERS - 1)
    losers = [answer for answer in answers if answer.status == 400]
    assert {answer.members["error_description"].partition(":")[0] for answer in losers} == {"token_replayed"}


def test_a_refused_attempt_does_not_spend_a_single_use_token(bridge: Bridge) -> None:
    token = bridge.token("once", jti="not-spent-by-a-mistake")
    assert bridge.exchange(subject_token=token, scope="beyond").status == 400
    assert bridge.exchange(subject_token=token).status == 200
