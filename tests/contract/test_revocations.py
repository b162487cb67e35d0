"""RevocationStore: what was revoked stays revoked, and never less than before."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import CurrentVersionsQuery
from tests.support.contract import Engine
from tests.support.eventually import eventually
from tests.support.state_contract import StatePorts, state_ports

NOW = 1_800_000_000
ACME = RevocationKey(RevocationTarget.ISSUER, "acme")


@pytest.fixture
def state(engine: Engine | None) -> StatePorts:
    return state_ports(engine)


def revocation(revoked_at: int, expires_at: int, key: RevocationKey = ACME) -> Revocation:
    return Revocation(key, revoked_at, expires_at, f"admin/{revoked_at}", f"because {revoked_at}")


def standing(state: StatePorts, key: RevocationKey = ACME) -> Revocation:
    return state.current.standing(CurrentVersionsQuery(revocations=frozenset({key}))).revocations[key]


def listed(state: StatePorts, expected: int) -> tuple[Revocation, ...]:
    """The index may be a moment late."""
    eventually(lambda: len(state.revocations.revocations()) == expected)
    return state.revocations.revocations()


def test_revoking_twice_is_revoking_once(state: StatePorts) -> None:
    state.revocations.revoke(revocation(NOW, NOW + 600))
    state.revocations.revoke(revocation(NOW, NOW + 600))
    assert standing(state) == revocation(NOW, NOW + 600)


@pytest.mark.parametrize("first", [*product((NOW, NOW + 5, NOW + 9), (NOW + 60, NOW + 70, NOW + 80))])
def test_M9_of_two_revocations_of_one_thing_the_stricter_holds_in_every_respect(
    state: StatePorts, first: tuple[int, int]
) -> None:
    second = (NOW + 5, NOW + 70)
    state.revocations.revoke(revocation(*first))
    state.revocations.revoke(revocation(*second))
    stricter = revocation(max(first[0], second[0]), max(first[1], second[1]))
    assert standing(state) == stricter
    assert listed(state, 1) == (stricter,)


def test_M9_whoever_revokes_at_the_same_time_loosens_nothing(state: StatePorts) -> None:
    def attempt(number: int) -> Revocation | None:
        attempted = revocation(NOW + number, NOW + 1000 - number)
        try:
            state.revocations.revoke(attempted)
        except TemporarilyUnavailable:
            return None  # who met others four times in a row is asked to come again
        return attempted

    with ThreadPoolExecutor(20) as threads:
        durable = [one for one in threads.map(attempt, range(20)) if one]

    assert durable
    assert standing(state).revoked_at >= max(one.revoked_at for one in durable)
    assert standing(state).expires_at >= max(one.expires_at for one in durable)


def test_those_that_have_not_expired_are_listed_whatever_they_revoke(state: StatePorts) -> None:
    written = {
        revocation(NOW, NOW + 60 + at, RevocationKey(what, "a", "acme" if what is RevocationTarget.PRINCIPAL else None))
        for at, what in enumerate(RevocationTarget)
    }
    assert state.revocations.revocations() == ()
    for one in written:
        state.revocations.revoke(one)
    assert set(listed(state, len(RevocationTarget))) == written

    state.clock.at = NOW + 61.5
    assert set(listed(state, len(RevocationTarget) - 1)) == {one for one in written if one.expires_at > NOW + 60}


def test_what_had_expired_can_be_revoked_again(state: StatePorts) -> None:
    state.revocations.revoke(revocation(NOW, NOW + 60))
    state.clock.at = NOW + 600
    state.revocations.revoke(revocation(NOW + 600, NOW + 1200))
    assert standing(state) == revocation(NOW + 600, NOW + 1200)


def test_nothing_else_in_the_table_is_listed(state: StatePorts) -> None:
    state.ledger.commit({"jti": "t1", "correlation_id": "c1"}, [])
    assert state.revocations.revocations() == ()


def test_what_its_holder_gave_back_and_what_an_admin_revoked_hold_beside_each_other(state: StatePorts) -> None:
    token = RevocationKey(RevocationTarget.JTI, "jti-1")
    state.surrendered.revoke(revocation(NOW, NOW + 60, token))
    assert standing(state, token) == revocation(NOW, NOW + 60, token)
    state.revocations.revoke(revocation(NOW - 5, NOW + 600, token))
    assert standing(state, token).expires_at == NOW + 600
    state.surrendered.revoke(revocation(NOW + 1, NOW + 30, token))
    found = standing(state, token)
    assert (found.revoked_at, found.expires_at) == (NOW + 1, NOW + 600)
    assert {one.key for one in state.revocations.revocations()} <= {token}
