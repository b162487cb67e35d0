"""What would die is what dies: a rehearsal and the published lists agree on every revocation."""

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING, is_revoked, key_texts
from federation.revocation.rehearsal import MOST_COUNTED, Rehearsal
from federation.revocation.revoker import RevocationRequest, Revoker
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_issued_tokens import FakeIssuedTokens
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust

NOW = 1_800_000_000
KEYS = [RevocationKey(target, f"x{number}") for target in RevocationTarget for number in range(2)]


def rehearsal(ledger: FakeLedger) -> Rehearsal:
    clock = FixedClock(NOW)
    writes = Revoker(FakeState(FakeTrust(), ledger, clock), ledger, clock, CountingIdentifiers(), lambda _: None)
    return Rehearsal(writes, FakeIssuedTokens(ledger), clock)


def issue(ledger: FakeLedger, jti: str, issued_at: int, lifetime: int, keys: set[RevocationKey]) -> None:
    entry: dict[str, Json] = {"jti": jti, "correlation_id": jti, "issued_at": issued_at, "status_idx": 1}
    ends: dict[str, Json] = {"expires_at": issued_at + lifetime, "revocation_keys": key_texts({*keys, EVERYTHING})}
    ledger.commit({**entry, **ends}, ())


@given(
    st.lists(st.tuples(st.integers(-600, 5), st.integers(1, 600), st.sets(st.sampled_from(KEYS))), max_size=8),
    st.sampled_from([*KEYS, EVERYTHING]),
)
@settings(max_examples=60, deadline=None)
def test_it_names_exactly_the_living_tokens_that_the_real_one_covers(
    issued: list[tuple[int, int, set[RevocationKey]]], key: RevocationKey
) -> None:
    ledger = FakeLedger(FixedClock(NOW))
    for number, (begins, lifetime, keys) in enumerate(issued):
        issue(ledger, f"t-{number}", NOW + begins, lifetime, keys)
    would = rehearsal(ledger)
    found = would.rehearse(RevocationRequest(key, "admin/a", "drill"))
    written = would.revoker.revoke(RevocationRequest(key, "admin/a", "drill"), {"time": "", "correlation_id": "c-1"})
    dead = {
        f"t-{number}"
        for number, (begins, lifetime, keys) in enumerate(issued)
        if begins + lifetime > 0 and is_revoked({*keys, EVERYTHING}, NOW + begins, {written.key: written})
    }
    assert {token.jti for token in found.tokens} == dead
    assert found.is_all


def test_more_than_can_be_counted_are_said_to_be_more() -> None:
    ledger = FakeLedger(FixedClock(NOW))
    for number in range(MOST_COUNTED + 1):
        issue(ledger, f"t-{number}", NOW - 1, 60, set())
    found = rehearsal(ledger).rehearse(RevocationRequest(EVERYTHING, "admin/a", "drill"))
    assert (len(found.tokens), found.is_all) == (MOST_COUNTED, False)
