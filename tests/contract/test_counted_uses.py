"""Ledger: what may be used a counted number of times, such as an approval."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import AlreadyUsed
from tests.support.contract import Engine
from tests.support.state_contract import StatePorts, state_ports

NOW = 1_800_000_000
THRICE = OneTimeUse(Purpose.APPROVAL, ("a1", "2"), NOW + 600, times=3)
ONCE = OneTimeUse(Purpose.SUBJECT_TOKEN, ("acme", "jti-1"), NOW + 600)


@pytest.fixture
def state(engine: Engine | None) -> StatePorts:
    return state_ports(engine)


def record(number: int, jti: str = "") -> dict[str, str]:
    return {"jti": jti or f"t{number}", "correlation_id": f"c{number}", "outcome": "allow"}


def use(state: StatePorts, *numbers: int) -> None:
    for number in numbers:
        state.ledger.commit(record(number), [THRICE])


def test_what_is_good_for_three_is_refused_to_the_fourth(state: StatePorts) -> None:
    use(state, 1, 2, 3)
    with pytest.raises(AlreadyUsed) as refusal:
        use(state, 4)
    assert refusal.value.taken == (THRICE,)


def test_the_claim_that_was_taken_is_named_and_no_other_is_made(state: StatePorts) -> None:
    use(state, 1, 2, 3)
    with pytest.raises(AlreadyUsed) as refusal:
        state.ledger.commit(record(4), [ONCE, THRICE])
    assert refusal.value.taken == (THRICE,)
    state.ledger.commit(record(5), [ONCE])
    with pytest.raises(AlreadyUsed) as refusal:
        state.ledger.commit(record(6), [replace(THRICE, key=("a2", "2")), ONCE])
    assert refusal.value.taken == (ONCE,)


def test_fault_F8_a_repeated_claim_by_the_same_request_counts_once(state: StatePorts) -> None:
    use(state, 1, 1, 1, 2, 3, 3, 1)
    state.ledger.commit(record(2, "another-jti"), [THRICE])
    with pytest.raises(AlreadyUsed):
        use(state, 4)


def test_what_is_given_back_is_free_again_and_nothing_else(state: StatePorts) -> None:
    use(state, 1, 2, 3)
    state.ledger.discard(record(2), [THRICE], "trust_changed")
    state.ledger.discard(record(9), [THRICE], "trust_changed")
    use(state, 4)
    with pytest.raises(AlreadyUsed):
        use(state, 5)


def test_when_all_are_given_back_all_are_free_again(state: StatePorts) -> None:
    for first in (1, 4):
        use(state, first, first + 1, first + 2)
        for number in (first, first + 1, first + 2):
            state.ledger.discard(record(number), [THRICE], "trust_changed")
    use(state, 7, 8, 9)
    with pytest.raises(AlreadyUsed):
        use(state, 10)


def test_giving_back_what_was_never_claimed_changes_nothing(state: StatePorts) -> None:
    state.ledger.discard(record(9), [THRICE], "trust_changed")
    use(state, 1, 2, 3)
    with pytest.raises(AlreadyUsed):
        use(state, 4)


def test_M11_a_counted_claim_outlives_its_expiry_by_five_minutes_and_no_longer(state: StatePorts) -> None:
    use(state, 1, 2, 3)
    state.clock.at = THRICE.expires_at + 300
    with pytest.raises(AlreadyUsed):
        use(state, 4)
    state.clock.at = THRICE.expires_at + 301
    state.ledger.commit(record(4), [replace(THRICE, expires_at=NOW + 2000)])


def test_what_has_expired_allows_never_more_than_was_counted(state: StatePorts) -> None:
    use(state, 1, 2, 3)
    state.clock.at = THRICE.expires_at + 301
    allowed = 0
    for number in range(4, 10):
        try:
            state.ledger.commit(record(number), [replace(THRICE, expires_at=NOW + 2000)])
        except AlreadyUsed:
            continue
        allowed += 1
    assert 1 <= allowed <= 3


@pytest.mark.parametrize("times", [0, -1])
def test_what_is_good_for_nothing_is_used_up(state: StatePorts, times: int) -> None:
    with pytest.raises(AlreadyUsed) as refusal:
        state.ledger.commit(record(1), [ONCE, replace(THRICE, times=times)])
    assert refusal.value.taken == (replace(THRICE, times=times),)
    state.ledger.commit(record(2), [ONCE])


def test_only_what_is_named_twice_is_taken(state: StatePorts) -> None:
    with pytest.raises(AlreadyUsed) as refusal:
        state.ledger.commit(record(1), [ONCE, THRICE, replace(THRICE, times=2)])
    assert refusal.value.taken == (THRICE, replace(THRICE, times=2))


def test_M1_of_fifty_who_race_for_three_uses_exactly_three_win(state: StatePorts) -> None:
    def attempt(number: int) -> bool:
        """Who met others at the item four times in a row is asked to come again, and does."""
        while True:
            try:
                use(state, number)
            except AlreadyUsed:
                return False
            except TemporarilyUnavailable:
                continue
            return True

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(attempt, range(50)))

    assert results.count(True) == 3
