"""Fault F8 for a commit of everything at once: one-time uses, a counted approval and an opaque token.

It was applied and its answer was lost: what is written is our own to a second try, and nobody else's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import pytest

from federation.aws.kept_tokens import DynamoKeptTokens
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import DynamoDb
from federation.local.embedded_aws import EmbeddedAws
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, KeptToken, Ledger
from tests.support.attacked_bridge import Attacked, attacked, by_assertion
from tests.support.contract import Engine
from tests.support.contract_engines import botocore_engine
from tests.support.exchange_world import AUDIENCE, ISSUER
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import CLIENTS, Fault, FaultPlan, applied_then_lost, faulty_services, lost, passing

NOW = 1_800_000_000
SUBJECT = OneTimeUse(Purpose.SUBJECT_TOKEN, ("acme", "jti-1"), NOW + 600)
PROOF = OneTimeUse(Purpose.DPOP, ("thumbprint", "jti-1"), NOW + 120)
ASSERTION = OneTimeUse(Purpose.CLIENT_ASSERTION, ("gateway", "jti-1"), NOW + 60)
APPROVAL = OneTimeUse(Purpose.APPROVAL, ("a1", "2"), NOW + 600, times=2)
ALL = (SUBJECT, PROOF, ASSERTION, APPROVAL)
KEPT = KeptToken("0" * 64, {"sub": "partner/acme/sync"}, NOW + 300)


def record(jti: str = "t1", correlation_id: str = "c1") -> JsonObject:
    return {"jti": jti, "correlation_id": correlation_id, "outcome": "allow"}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with EmbeddedAws({}), botocore_engine() as made:
        yield made


@pytest.fixture
def tables(engine: Engine) -> Mapping[str, str]:
    return engine.tables()


@pytest.fixture(params=CLIENTS)
def dynamodb(request: pytest.FixtureRequest, tables: Mapping[str, str]) -> DynamoDb:
    assert tables
    return faulty_services(request.param).dynamodb


@pytest.fixture
def ledger(dynamodb: DynamoDb, tables: Mapping[str, str]) -> DynamoLedger:
    return DynamoLedger(
        dynamodb, LedgerTables(tables["FEDERATION_AUDIT_TABLE"], tables["FEDERATION_STATE_TABLE"]), FixedClock(NOW)
    )


@pytest.fixture
def kept(dynamodb: DynamoDb, tables: Mapping[str, str]) -> DynamoKeptTokens:
    return DynamoKeptTokens(dynamodb, tables["FEDERATION_STATE_TABLE"], FixedClock(NOW))


@pytest.mark.parametrize("faults", [[applied_then_lost], [lost, applied_then_lost], [applied_then_lost, lost]])
def test_fault_F8_what_was_applied_is_recognized_by_the_next_try(
    dynamodb: DynamoDb, ledger: DynamoLedger, kept: DynamoKeptTokens, faults: Sequence[Fault]
) -> None:
    FaultPlan(dynamodb, [*faults, *[passing] * 20])
    ledger.commit(record(), ALL, KEPT)
    token = kept.kept(KEPT.digest)
    assert token is not None
    assert token.claims == KEPT.claims
    with pytest.raises(AlreadyUsed) as refusal:
        ledger.commit(record("t2", "c2"), ALL)
    assert refusal.value.taken == (SUBJECT, PROOF, ASSERTION)
    ledger.commit(record("t3", "c3"), [APPROVAL])  # it was counted once
    with pytest.raises(AlreadyUsed):
        ledger.commit(record("t4", "c4"), [APPROVAL])


def test_fault_F8_what_was_applied_but_never_answered_is_given_back_whole(
    dynamodb: DynamoDb, ledger: DynamoLedger
) -> None:
    FaultPlan(dynamodb, [applied_then_lost, lost, lost, *[passing] * 20])
    with pytest.raises(TemporarilyUnavailable):
        ledger.commit(record(), ALL, KEPT)
    ledger.discard(record(), ALL, "audit_unavailable")
    ledger.commit(record("t2", "c2"), ALL)
    ledger.commit(record("t3", "c3"), [APPROVAL])


def test_fault_F8_a_write_that_arrives_after_it_was_given_back_comes_to_nothing(
    dynamodb: DynamoDb, ledger: DynamoLedger
) -> None:
    FaultPlan(dynamodb, [lost, lost, lost, *[passing] * 20])
    with pytest.raises(TemporarilyUnavailable):
        ledger.commit(record(), ALL)
    ledger.discard(record(), ALL, "audit_unavailable")
    with pytest.raises(ServerError):
        ledger.commit(record(), ALL)
    ledger.commit(record("t2", "c2"), ALL)


class Forgetful:
    """A ledger whose next commits are written, and whose answers are lost."""

    def __init__(self, inner: Ledger, losses: int = 1) -> None:
        self._inner = inner
        self._losses = losses

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        self._inner.commit(entry, uses, kept)
        if self._losses:
            self._losses -= 1
            raise TemporarilyUnavailable(Reason.AUDIT_UNAVAILABLE, "lost")

    def start_commit(
        self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None
    ) -> Callable[[], None]:
        return partial(self.commit, entry, uses, kept)

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        self._inner.discard(entry, uses, reason)


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.world.write({**ISSUER, "single_use": True})
        made.register()
        yield made


@pytest.mark.parametrize("token_format", ["jwt", "opaque"])
def test_fault_F8_a_caller_whose_commit_was_lost_may_come_again_with_the_same_things(
    bridge: Attacked, token_format: str
) -> None:
    """No token left, so nothing of what it brought is used up; then it is, once."""
    bridge.world.write({**AUDIENCE, "token_format": token_format})
    bridge.commit_to(Forgetful(bridge.world.ledger))
    token, over, sent = bridge.foreign(), bridge.proving(), by_assertion()
    answer = bridge.refused(
        lambda: bridge.post(token, over, **sent), "temporarily_unavailable", "audit_unavailable", 503
    )
    assert "retry-after" in answer.headers
    assert set(bridge.world.ledger.discarded.values()) == {"audit_unavailable"}
    bridge.token(token, over, **sent)
    assert len(bridge.world.ledger.claims) == 3
    bridge.refused(lambda: bridge.post(token, over, **sent), "invalid_client", "client_authentication_failed", 401)


def test_fault_F8_an_approval_whose_commit_was_lost_is_counted_once(bridge: Attacked) -> None:
    cedar = '@require_approval("production") permit (principal, action == Action::"exchange", resource);'
    bridge.world.write({"kind": "Policy", "id": "asked", "cedar": cedar})
    bridge.world.clock.advance(31)
    first = bridge.refused(lambda: bridge.post(bridge.foreign()), "authorization_pending", "approval_pending")
    assert first.status == 400
    bridge.approve(uses=1)
    bridge.commit_to(Forgetful(bridge.world.ledger))
    bridge.refused(lambda: bridge.post(bridge.foreign()), "temporarily_unavailable", "audit_unavailable", 503)
    bridge.token(bridge.foreign())
    bridge.refused(lambda: bridge.post(bridge.foreign()), "authorization_pending", "approval_pending")


def test_M1_of_fifty_who_race_for_an_approval_of_three_exactly_three_win(bridge: Attacked) -> None:
    cedar = '@require_approval("production") permit (principal, action == Action::"exchange", resource);'
    bridge.world.write({"kind": "Policy", "id": "asked", "cedar": cedar})
    bridge.world.clock.advance(31)
    bridge.refused(lambda: bridge.post(bridge.foreign()), "authorization_pending", "approval_pending")
    bridge.approve(uses=3)
    bridge.race(lambda: bridge.post(bridge.foreign()), "authorization_pending", "approval_pending", winners=3)
