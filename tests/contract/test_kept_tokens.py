"""KeptTokens: what an opaque token says, found by its digest alone."""

import pytest

from federation.model.one_time import OneTimeUse
from federation.ports import AlreadyUsed, KeptToken
from tests.support.contract import Engine
from tests.support.state_contract import StatePorts, state_ports

NOW = 1_800_000_000
USE = OneTimeUse("subject_token", ("acme", "jti-1"), NOW + 600)
KEPT = KeptToken("ab" * 32, {"sub": "user/\u00e9", "exp": NOW + 60, "act": {"sub": "agent"}, "n": 1.5}, NOW + 60)


@pytest.fixture
def state(engine: Engine | None) -> StatePorts:
    return state_ports(engine)


def record(number: int = 1) -> dict[str, str]:
    return {"jti": f"t{number}", "correlation_id": f"c{number}", "outcome": "allow"}


@pytest.mark.parametrize("uses", [(), (USE,)])
def test_what_was_kept_is_found_by_its_digest_at_once(state: StatePorts, uses: tuple[OneTimeUse, ...]) -> None:
    assert state.kept.kept(KEPT.digest) is None
    state.ledger.commit(record(), uses, KEPT)
    assert state.kept.kept(KEPT.digest) == KEPT
    assert state.kept.kept("cd" * 32) is None


def test_M11_a_kept_token_is_gone_in_the_second_in_which_it_expires(state: StatePorts) -> None:
    state.ledger.commit(record(), (), KEPT)
    state.clock.at = NOW + 59.9
    assert state.kept.kept(KEPT.digest) == KEPT
    state.clock.at = NOW + 60
    assert state.kept.kept(KEPT.digest) is None


def test_a_refused_commit_keeps_nothing(state: StatePorts) -> None:
    state.ledger.commit(record(), [USE])
    with pytest.raises(AlreadyUsed):
        state.ledger.commit(record(2), [USE], KEPT)
    assert state.kept.kept(KEPT.digest) is None
