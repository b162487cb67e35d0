"""ATTACKS M3, M9: a revocation covers whatever left before its answer, and nothing that is issued after it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.model.json import JsonObject
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.errors import TemporarilyUnavailable
from federation.revocation.revoker import RevocationRequest, Revoker
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.policy_world import Decisions
from tests.support.trust_values import NOW, verified

SYNC = RevocationKey(RevocationTarget.PRINCIPAL, "partner/acme/sync", "acme")
FACTS: JsonObject = {"correlation_id": "c-1", "time": "2027-01-15T08:00:00+00:00"}


class SlowState(FakeState):
    """Where revocations go, and when that was done."""

    def __init__(self, clock: FixedClock, takes: Iterator[float]) -> None:
        super().__init__(FakeTrust(), FakeLedger(clock), clock)
        self.ticking, self.takes = clock, takes
        self.written: list[tuple[float, Revocation]] = []

    def revoke(self, revocation: Revocation) -> None:
        self.ticking.advance(next(self.takes))
        super().revoke(revocation)
        self.written.append((self.ticking.now(), revocation))


def revoked(start: float, *takes: float, key: RevocationKey = SYNC) -> tuple[SlowState, Revocation]:
    """`takes`: seconds of each write."""
    clock = FixedClock(start)
    state = SlowState(clock, iter((*takes, *[0.001] * 20)))
    revoker = Revoker(state, state.ledger, clock, CountingIdentifiers("r"), clock.advance)
    return state, revoker.revoke(RevocationRequest(key, "admin/root", "stolen"), FACTS)


@given(st.floats(0, 1, exclude_max=True), st.lists(st.floats(0, 1.5), min_size=1, max_size=4))
def test_M3_what_left_before_the_answer_is_covered_and_what_is_issued_after_it_is_not(
    fraction: float, takes: list[float]
) -> None:
    """Until it is durable any other process may still issue, and says to the second when."""
    state, revocation = revoked(NOW + fraction, *takes)
    durable_at, answered = state.written[0][0], state.ticking.now()
    assert revocation.covers(int(durable_at))
    assert not revocation.covers(int(answered)), "a fresh login is let in at once"
    assert answered < state.written[-1][0] + 1.2
    assert (state.written[-1][1], state.revoked[SYNC]) == (revocation, revocation)


@pytest.mark.parametrize("what", [RevocationTarget.JTI, RevocationTarget.TXN])
def test_M3_of_a_token_or_a_chain_the_time_does_not_matter(what: RevocationTarget) -> None:
    state, revocation = revoked(NOW + 0.9, 0.3, key=RevocationKey(what, "x"))
    assert [when for when, _ in state.written] == [state.ticking.now()]
    assert revocation.covers(NOW + 1_000)


def test_M3_a_store_that_never_ends_within_a_second_promises_nothing() -> None:
    with pytest.raises(TemporarilyUnavailable):
        revoked(NOW, *[1.2] * 20)


@pytest.mark.parametrize(("issued_at", "age"), [(NOW + 1, NOW - 59), (NOW + 60, NOW), (NOW, NOW), (NOW - 30, NOW - 30)])
def test_M9_a_foreign_token_by_a_clock_that_is_ahead_is_as_old_as_it_may_be(issued_at: int, age: int) -> None:
    """Made before a revocation and dated after it, it would come in for as long as an issuer's clock is forgiven."""
    (proof,) = Decisions().decide(subject=replace(verified(), issued_at=issued_at)).not_revoked
    assert proof.issued_at == age
