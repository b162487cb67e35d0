"""OneTimeClaims: spent without a token being issued."""

from dataclasses import dataclass

import pytest

from federation.aws.claims import DynamoOneTimeClaims
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import DynamoDb
from federation.model.one_time import OneTimeUse
from federation.ports import AlreadyUsed, OneTimeClaims
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_one_time_claims import FakeOneTimeClaims

NOW = 1_800_000_000
USE = OneTimeUse("client_assertion", ("gateway", "jti-1"), NOW + 60)
OTHER = OneTimeUse("client_assertion", ("gateway", "jti-2"), NOW + 60)


@dataclass(frozen=True, slots=True)
class Case:
    claims: OneTimeClaims
    clock: FixedClock


@pytest.fixture
def case(engine: Engine | None) -> Case:
    clock = FixedClock(NOW)
    if engine is None:
        return Case(FakeOneTimeClaims(clock), clock)
    return Case(DynamoOneTimeClaims(engine.dynamodb, engine.tables()["FEDERATION_STATE_TABLE"], clock), clock)


@pytest.mark.parametrize("uses", [(USE,), (USE, OTHER), (OTHER, USE)])
def test_what_another_request_claimed_is_taken(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    case.claims.claim([USE], "c1")
    with pytest.raises(AlreadyUsed) as refused:
        case.claims.claim(uses, "c2")
    assert refused.value.taken == (USE,)


def test_a_refused_claim_takes_nothing(case: Case) -> None:
    case.claims.claim([USE], "c1")
    with pytest.raises(AlreadyUsed):
        case.claims.claim([OTHER, USE], "c2")
    case.claims.claim([OTHER], "c3")


@pytest.mark.parametrize("uses", [(), (USE,), (USE, OTHER)])
def test_a_repeated_claim_of_the_same_request_is_its_own(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    for _ in range(2):
        case.claims.claim(uses, "c1")


def test_the_same_thing_twice_in_one_request_is_used_twice(case: Case) -> None:
    with pytest.raises(AlreadyUsed):
        case.claims.claim([USE, OneTimeUse(USE.purpose, USE.key, NOW + 1)], "c1")


def test_M11_a_claim_outlives_its_expiry_by_five_minutes_and_no_longer(case: Case) -> None:
    case.claims.claim([USE], "c1")
    case.clock.at = USE.expires_at + 300
    with pytest.raises(AlreadyUsed):
        case.claims.claim([USE], "c2")
    case.clock.at = USE.expires_at + 301
    case.claims.claim([USE], "c3")


def test_what_was_claimed_here_is_spent_for_the_ledger_too(engine: Engine, dynamodb: DynamoDb) -> None:
    clock, names = FixedClock(NOW), engine.tables()
    DynamoOneTimeClaims(dynamodb, names["FEDERATION_STATE_TABLE"], clock).claim([USE], "c1")
    ledger = DynamoLedger(
        dynamodb, LedgerTables(names["FEDERATION_AUDIT_TABLE"], names["FEDERATION_STATE_TABLE"]), clock
    )
    with pytest.raises(AlreadyUsed):
        ledger.commit({"jti": "t1", "correlation_id": "c2", "outcome": "allow"}, [USE])
