"""Fault model (section 2): what the adapters do when DynamoDB throttles, breaks, loses answers or refuses."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from federation.aws.current_state import DynamoCurrentState
from federation.aws.filing_writer import filing_writer
from federation.aws.items import Pause
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import DynamoDb
from federation.aws.trust_reader import DynamoTrustReader
from federation.local.embedded_aws import EmbeddedAws, sealed_environment
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import Selector
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.ports import AlreadyUsed, CurrentVersionsQuery, VersionConflict
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import (
    CLIENTS,
    Fault,
    FaultPlan,
    answer,
    applied_then_lost,
    error,
    faulty_services,
    lost,
    passing,
)
from tests.support.trust_documents import ISSUER, issuer_ref, next_version, write

USE = OneTimeUse("subject_token", ("acme", "jti-1"), 2_000_000_000)
TABLES = LedgerTables("audit", "state")
WITHDRAWN = RevocationKey(RevocationTarget.ISSUER, "acme")


def record(jti: str = "t1", correlation_id: str = "c1") -> JsonObject:
    return {"jti": jti, "correlation_id": correlation_id, "outcome": "allow"}


@pytest.fixture(params=CLIENTS)
def dynamodb(request: pytest.FixtureRequest) -> Iterator[DynamoDb]:
    with sealed_environment(None):
        yield faulty_services(request.param).dynamodb


@pytest.fixture
def pauses() -> list[int]:
    return []


@pytest.fixture
def ledger(dynamodb: DynamoDb, pauses: list[int]) -> DynamoLedger:
    return DynamoLedger(dynamodb, TABLES, FixedClock(), pauses.append)


@pytest.mark.parametrize("uses", [[], [USE]])
def test_fault_F7_a_throttled_commit_is_tried_again_and_never_skipped(
    dynamodb: DynamoDb, ledger: DynamoLedger, uses: list[OneTimeUse]
) -> None:
    plan = FaultPlan(dynamodb, [error("ProvisionedThroughputExceededException")] * 3)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        ledger.commit(record(), uses)
    assert refusal.value.reason == "audit_unavailable"
    assert len(plan.sent) == 3


@pytest.mark.parametrize("uses", [[], [USE]])
@pytest.mark.parametrize("fault", [error("InternalServerError", 500), lost])
def test_fault_F7_a_store_that_is_down_commits_nothing(
    dynamodb: DynamoDb, ledger: DynamoLedger, uses: list[OneTimeUse], fault: Fault
) -> None:
    plan = FaultPlan(dynamodb, [fault] * 3)
    with pytest.raises(TemporarilyUnavailable):
        ledger.commit(record(), uses)
    assert len(plan.sent) == 3


@pytest.mark.parametrize("uses", [[], [USE]])
def test_fault_F7_a_store_that_denies_us_is_our_own_fault(
    dynamodb: DynamoDb, ledger: DynamoLedger, uses: list[OneTimeUse]
) -> None:
    FaultPlan(dynamodb, [error("AccessDeniedException")])
    with pytest.raises(ServerError):
        ledger.commit(record(), uses)


@pytest.fixture
def settings() -> Iterator[Mapping[str, str]]:
    with EmbeddedAws({}) as settings:
        yield settings


@pytest.fixture(params=CLIENTS)
def embedded(request: pytest.FixtureRequest, settings: Mapping[str, str]) -> DynamoDb:
    assert settings
    return faulty_services(request.param).dynamodb


@pytest.fixture
def embedded_ledger(embedded: DynamoDb, settings: Mapping[str, str]) -> DynamoLedger:
    tables = LedgerTables(settings["FEDERATION_AUDIT_TABLE"], settings["FEDERATION_STATE_TABLE"])
    return DynamoLedger(embedded, tables, FixedClock())


@pytest.mark.parametrize("uses", [[], [USE]])
def test_fault_F8_a_commit_whose_answer_was_lost_is_recognized_as_our_own(
    embedded: DynamoDb, embedded_ledger: DynamoLedger, uses: list[OneTimeUse]
) -> None:
    plan = FaultPlan(embedded, [applied_then_lost, passing])
    embedded_ledger.commit(record(), uses)
    assert len(plan.sent) == 2


def test_fault_F8_repeating_a_commit_that_seemed_to_fail_succeeds_for_us_and_nobody_else(
    embedded: DynamoDb, embedded_ledger: DynamoLedger
) -> None:
    FaultPlan(embedded, [applied_then_lost, lost, lost, passing, passing])
    with pytest.raises(TemporarilyUnavailable):
        embedded_ledger.commit(record(), [USE])
    with pytest.raises(AlreadyUsed):
        embedded_ledger.commit(record("t2", "c2"), [USE])
    embedded_ledger.commit(record(), [USE])


def test_fault_F8_a_document_whose_answer_was_lost_is_written_once(
    embedded: DynamoDb, settings: Mapping[str, str]
) -> None:
    writer = filing_writer(embedded, settings["FEDERATION_TRUST_TABLE"], settings["FEDERATION_AUDIT_TABLE"])
    FaultPlan(embedded, [passing, passing, passing, applied_then_lost, *[passing] * 2])
    assert write(writer, issuer_ref("acme"), ISSUER) == 1
    assert next_version(writer, issuer_ref("acme")) == 2


def cancelled(*codes: str) -> dict[str, Any]:
    return {"CancellationReasons": [{"Code": code} for code in codes]}


def refuse(*codes: str) -> Fault:
    return answer({"__type": "TransactionCanceledException", **cancelled(*codes)}, 400)


def test_fault_F9_a_claim_that_is_taken_is_a_replay(dynamodb: DynamoDb, ledger: DynamoLedger) -> None:
    plan = FaultPlan(dynamodb, [])
    plan.add(refuse("None", "ConditionalCheckFailed"))
    with pytest.raises(AlreadyUsed):
        ledger.commit(record(), [USE])


def test_fault_F9_a_document_that_moved_is_a_conflict(dynamodb: DynamoDb, pauses: list[int]) -> None:
    writer = filing_writer(dynamodb, "trust", "audit", pauses.append)
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Responses": {}}))
    plan.add(answer({}))
    plan.add(answer({}))
    plan.add(refuse("ConditionalCheckFailed"))
    with pytest.raises(VersionConflict):
        write(writer, issuer_ref("acme"), ISSUER)


def test_fault_F10_editors_who_meet_at_the_revision_try_longer(dynamodb: DynamoDb, pauses: list[int]) -> None:
    writer = filing_writer(dynamodb, "trust", "audit", pauses.append)
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Responses": {}}))
    plan.add(answer({}))
    plan.add(answer({}))
    for _ in range(11):
        plan.add(refuse("None", "TransactionConflict", "None"))
    plan.add(answer({}))
    assert write(writer, issuer_ref("acme"), ISSUER) == 1
    assert pauses == list(range(1, 12))


def test_fault_F10_transactions_that_met_are_tried_again(
    dynamodb: DynamoDb, ledger: DynamoLedger, pauses: list[int]
) -> None:
    plan = FaultPlan(dynamodb, [])
    plan.add(refuse("None", "TransactionConflict"))
    plan.add(refuse("ThrottlingError", "None"))
    plan.add(answer({}))
    ledger.commit(record(), [USE])
    assert pauses == [1, 2]


def test_fault_F10_but_not_for_ever(dynamodb: DynamoDb, ledger: DynamoLedger, pauses: list[int]) -> None:
    plan = FaultPlan(dynamodb, [])
    for _ in range(4):
        plan.add(refuse("None", "TransactionConflict"))
    with pytest.raises(TemporarilyUnavailable):
        ledger.commit(record(), [USE])
    assert plan.is_over
    assert pauses == [1, 2, 3]


def test_fault_F10_a_replay_is_final_whoever_else_was_there(
    dynamodb: DynamoDb, ledger: DynamoLedger, pauses: list[int]
) -> None:
    plan = FaultPlan(dynamodb, [])
    plan.add(refuse("None", "ConditionalCheckFailed", "TransactionConflict"))
    with pytest.raises(AlreadyUsed):
        ledger.commit(record(), [USE, OneTimeUse("other", ("x",), 0)])
    assert pauses == []


def test_fault_F10_a_transaction_cancelled_for_good_is_our_own_fault(dynamodb: DynamoDb, ledger: DynamoLedger) -> None:
    plan = FaultPlan(dynamodb, [])
    plan.add(refuse("ValidationError", "None"))
    with pytest.raises(ServerError):
        ledger.commit(record(), [USE])


def test_fault_F11_what_stands_and_documents_are_read_from_the_leader(dynamodb: DynamoDb) -> None:
    plan = FaultPlan(dynamodb, [answer({"Responses": {}})] * 2 + [answer({"Items": []})] * 2)
    reader = DynamoTrustReader(dynamodb, "trust", ignore)
    current_state(dynamodb).standing(CurrentVersionsQuery(frozenset({issuer_ref("acme")}), frozenset({WITHDRAWN})))
    reader.exact("acme", [Selector("sub", "worker")])
    reader.patterns("acme")
    reader.issuers()
    assert [body.replace(b" ", b"").count(b'"ConsistentRead":true') for body in plan.sent] == [2, 1, 1, 1]


def ignore(_: object) -> None:
    return None


def current_state(dynamodb: DynamoDb, pause: Pause = ignore) -> DynamoCurrentState:
    return DynamoCurrentState(dynamodb, "trust", "state", FixedClock(), pause)


def ask_standing(dynamodb: DynamoDb, pause: Pause) -> object:
    return current_state(dynamodb, pause).standing(CurrentVersionsQuery(frozenset({issuer_ref("a")})))


def ask_revocations(dynamodb: DynamoDb, pause: Pause) -> object:
    return current_state(dynamodb, pause).standing(CurrentVersionsQuery(revocations=frozenset({WITHDRAWN})))


def ask_mappings(dynamodb: DynamoDb, pause: Pause) -> object:
    return DynamoTrustReader(dynamodb, "trust", ignore, pause).exact("acme", [Selector("sub", "worker")])


@pytest.mark.parametrize("ask", [ask_standing, ask_revocations, ask_mappings])
def test_fault_F13_what_stays_out_is_no_answer(
    dynamodb: DynamoDb, pauses: list[int], ask: Callable[[DynamoDb, Pause], object]
) -> None:
    left_out = {"trust": {"Keys": [{"pk": {"S": "p"}, "sk": {"S": "s"}}]}}
    plan = FaultPlan(dynamodb, [])
    for _ in range(4):
        plan.add(answer({"Responses": {}, "UnprocessedKeys": left_out}))
    with pytest.raises(TemporarilyUnavailable) as refusal:
        ask(dynamodb, pauses.append)
    assert plan.is_over
    assert refusal.value.reason == "store_unavailable"
    assert pauses == [1, 2, 3]


@pytest.mark.parametrize("item", [{}, {"version": {"N": "1"}}, {"version": {"N": "1"}, "body": {"S": "[]"}}])
@pytest.mark.parametrize("body", ["{", "[" * 100_000, json.dumps({"provider": 1})])
def test_fault_F25_a_poisoned_item_is_reported_and_never_used(
    dynamodb: DynamoDb, item: dict[str, Any], body: str
) -> None:
    corrupt: list[Exception] = []
    poisoned = {"sk": {"S": "a"}, "version": {"N": "1"}, "body": {"S": body}}
    good = {"sk": {"S": "c"}, "version": {"N": "1"}, "body": {"S": json.dumps(ISSUER)}}
    reader = DynamoTrustReader(dynamodb, "trust", corrupt.append)
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Items": [poisoned, {"sk": {"S": "b"}, **item}, good]}))
    assert [issuer.id for issuer in reader.issuers()] == ["c"]
    assert len(corrupt) == 2
