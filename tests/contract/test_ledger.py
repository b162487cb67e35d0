"""Ledger: the durable record of an issued token, with what it spent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from federation.aws.items import item_key
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import OAuthError, ServerError
from federation.ports import AlreadyUsed, Ledger
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger

NOW = 1_800_000_000
USE = OneTimeUse("subject_token", ("acme", "jti-1"), NOW + 600)
OTHER = OneTimeUse("client_assertion", ("gateway", "jti-2"), NOW + 60)


def record(jti: str = "t1", correlation_id: str = "c1", **more: Any) -> JsonObject:  # noqa: ANN401  (any JSON)
    return {"jti": jti, "correlation_id": correlation_id, "outcome": "allow", "principal": "p/\u00e9", **more}


@dataclass(frozen=True, slots=True)
class Case:
    """A ledger, and how to look into it."""

    ledger: Ledger
    clock: FixedClock
    outcome: Callable[[str], str | None]
    """Of a jti: allow, discarded, or None."""


@pytest.fixture
def case(engine: Engine | None) -> Case:
    clock = FixedClock(NOW)
    if engine is None:
        fake = FakeLedger(clock)
        return Case(fake, clock, lambda jti: "discarded" if jti in fake.discarded else _outcome(fake, jti))
    names = engine.tables()
    tables = LedgerTables(names["FEDERATION_AUDIT_TABLE"], names["FEDERATION_STATE_TABLE"])

    def outcome(jti: str) -> str | None:
        key = {"pk": {"S": item_key("issued", jti)}}
        item = engine.dynamodb.get_item(TableName=tables.audit, Key=key, ConsistentRead=True).get("Item")
        return item["outcome"]["S"] if item else None

    return Case(DynamoLedger(engine.dynamodb, tables, clock), clock, outcome)


def _outcome(fake: FakeLedger, jti: str) -> str | None:
    return str(fake.records[jti]["outcome"]) if jti in fake.records else None


@pytest.mark.parametrize("uses", [(), (USE,), (USE, OTHER)])
def test_a_commit_leaves_a_record(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    assert case.outcome("t1") is None
    case.ledger.commit(record(chain=[{"sub": "a"}], exp=NOW), uses)
    assert case.outcome("t1") == "allow"


@pytest.mark.parametrize("uses", [(USE,), (USE, OTHER), (OTHER, USE)])
def test_what_another_request_used_cannot_be_used_again(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    case.ledger.commit(record(), [USE])
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record("t2", "c2"), uses)


def test_a_refused_commit_writes_nothing(case: Case) -> None:
    case.ledger.commit(record(), [USE])
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record("t2", "c2"), [OTHER, USE])
    assert case.outcome("t2") is None
    case.ledger.commit(record("t3", "c3"), [OTHER])


@pytest.mark.parametrize("uses", [(), (USE,)])
def test_a_repeated_commit_of_the_same_request_is_our_own(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    """ATTACKS F8."""
    case.ledger.commit(record(), uses)
    case.ledger.commit(record(), uses)
    case.ledger.commit(record("t2"), uses)
    assert (case.outcome("t1"), case.outcome("t2")) == ("allow", "allow")


@pytest.mark.parametrize("uses", [(), (USE,)])
def test_a_jti_of_another_request_is_never_overwritten(case: Case, uses: tuple[OneTimeUse, ...]) -> None:
    case.ledger.commit(record(principal="first"), [])
    with pytest.raises(ServerError):
        case.ledger.commit(record(correlation_id="c2", principal="second"), uses)


def test_the_same_thing_twice_in_one_request_is_used_twice(case: Case) -> None:
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record(), [USE, OneTimeUse(USE.purpose, USE.key, NOW + 1)])
    assert case.outcome("t1") is None


def test_purposes_and_keys_do_not_run_into_each_other(case: Case) -> None:
    twins = [("a", ("b",)), ("a", ("b", "")), ("ab", ()), ("a", ("", "b")), ("", ("a", "b")), ("a", ("B",))]
    for number, (purpose, key) in enumerate(twins):
        case.ledger.commit(record(f"t{number}", f"c{number}"), [OneTimeUse(purpose, key, NOW + 60)])


def test_M11_a_claim_outlives_its_expiry_by_five_minutes_and_no_longer(case: Case) -> None:
    case.ledger.commit(record(), [USE])

    case.clock.at = USE.expires_at + 300
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record("t2", "c2"), [USE])

    case.clock.at = USE.expires_at + 301
    case.ledger.commit(record("t3", "c3"), [OneTimeUse(USE.purpose, USE.key, NOW + 2000)])
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record("t4", "c4"), [USE])


def test_a_discarded_token_is_marked_and_gives_back_what_it_spent(case: Case) -> None:
    case.ledger.commit(record(), [USE, OTHER])
    case.ledger.discard(record(), [USE, OTHER], "trust_changed")
    assert case.outcome("t1") == "discarded"
    case.ledger.commit(record("t2", "c2"), [USE, OTHER])


def test_a_discarded_token_gives_back_nothing_of_others(case: Case) -> None:
    case.ledger.commit(record(), [USE])
    case.ledger.discard(record("t2", "c2"), [USE, OTHER], "signing_unavailable")
    with pytest.raises(AlreadyUsed):
        case.ledger.commit(record("t3", "c3"), [USE])


@pytest.mark.parametrize("uses", [(), (USE,)])
@pytest.mark.parametrize("applied_before", [False, True])
def test_a_commit_that_arrives_after_its_discard_issues_nothing(
    case: Case, uses: tuple[OneTimeUse, ...], applied_before: bool
) -> None:
    """A write whose answer was lost may still be on its way when the request has already given up."""
    if applied_before:
        case.ledger.commit(record(), uses)
    case.ledger.discard(record(), uses, "audit_unavailable")
    with pytest.raises(ServerError):
        case.ledger.commit(record(), uses)
    assert case.outcome("t1") == "discarded"


def test_M1_of_fifty_who_race_for_a_token_exactly_one_wins(case: Case) -> None:
    def attempt(number: int) -> str:
        try:
            case.ledger.commit(record(f"t{number}", f"c{number}"), [USE])
        except AlreadyUsed:
            return "used"
        except OAuthError as error:
            return error.error
        return "won"

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(attempt, range(50)))

    assert results.count("won") == 1
    # Who met others at the item four times in a row is asked to come again: refused as well.
    assert set(results) <= {"won", "used", "temporarily_unavailable"}
    assert [case.outcome(f"t{number}") for number in range(50)].count("allow") == 1
