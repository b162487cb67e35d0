"""Fault model (section 2): what is known of revocations, risk and kept tokens when DynamoDB fails or is poisoned."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from federation.aws.current_state import DynamoCurrentState
from federation.aws.items import Pause
from federation.aws.kept_tokens import DynamoKeptTokens
from federation.aws.revocations import DynamoRevocations
from federation.aws.service import DynamoDb
from federation.local.embedded_aws import EmbeddedAws, sealed_environment
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.risk import RiskKey
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import CurrentVersions, CurrentVersionsQuery
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import CLIENTS, FaultPlan, answer, applied_then_lost, faulty_services, lost, passing
from tests.support.trust_documents import issuer_ref

WITHDRAWN = RevocationKey(RevocationTarget.ISSUER, "acme")
REVOCATION = Revocation(WITHDRAWN, 1, 2_000_000_000, "admin/ann")


@pytest.fixture(params=CLIENTS)
def dynamodb(request: pytest.FixtureRequest) -> Iterator[DynamoDb]:
    with sealed_environment(None):
        yield faulty_services(request.param).dynamodb


def current_state(dynamodb: DynamoDb, pause: Pause) -> DynamoCurrentState:
    return DynamoCurrentState(dynamodb, "trust", "state", FixedClock(), pause)


def ignore(_: int) -> None:
    return None


def version_item(id_: str) -> dict[str, Any]:
    return {"pk": {"S": "8:document6:Issuer1:0"}, "sk": {"S": id_}, "version": {"N": "7"}}


def revocation_item(revocation: Revocation) -> dict[str, Any]:
    return {
        "pk": {"S": "7:revoked6:issuer4:acme"},
        "key": {"S": '["issuer", "acme"]'},
        "revoked_at": {"N": str(revocation.revoked_at)},
        "expires_at": {"N": str(revocation.expires_at + 300)},
        "by": {"S": revocation.by},
        "reason": {"S": revocation.reason},
    }


def test_fault_F13_what_a_batch_left_out_is_asked_for_again(dynamodb: DynamoDb) -> None:
    pauses: list[int] = []
    left_out = {
        "trust": {"Keys": [{"pk": {"S": "8:document6:Issuer1:0"}, "sk": {"S": "b"}}]},
        "state": {"Keys": [{"pk": {"S": "7:revoked6:issuer4:acme"}}]},
    }
    later = {"trust": [version_item("b")], "state": [revocation_item(REVOCATION)]}
    documents = frozenset(map(issuer_ref, "abc"))
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Responses": {"trust": [version_item("a")]}, "UnprocessedKeys": left_out}))
    plan.add(answer({"Responses": later}))
    found = current_state(dynamodb, pauses.append).standing(CurrentVersionsQuery(documents, frozenset({WITHDRAWN})))
    assert found == CurrentVersions({issuer_ref("a"): 7, issuer_ref("b"): 7}, {WITHDRAWN: REVOCATION})
    assert pauses == [1]
    assert json.loads(plan.sent[1]) == {"RequestItems": left_out}


@pytest.mark.parametrize("attribute", ["key", "revoked_at", "expires_at", "by", "reason"])
def test_fault_F25_a_poisoned_revocation_is_no_reason_to_take_it_for_none(dynamodb: DynamoDb, attribute: str) -> None:
    item = revocation_item(REVOCATION) | {attribute: {"BOOL": True}}
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Responses": {"state": [item]}}))
    with pytest.raises(TemporarilyUnavailable):
        current_state(dynamodb, ignore).standing(CurrentVersionsQuery(revocations=frozenset({WITHDRAWN})))


@pytest.mark.parametrize("item", [{}, {"score": {"N": "1"}}, {"score": {"N": "x"}, "at": {"N": "1"}}])
def test_fault_F25_a_poisoned_risk_score_is_no_reason_to_take_it_for_none(
    dynamodb: DynamoDb, item: dict[str, Any]
) -> None:
    plan = FaultPlan(dynamodb, [])
    scored = {"pk": {"S": "4:risk6:issuer4:acme"}, **item}
    plan.add(answer({"Responses": {"state": [scored]}}))
    with pytest.raises(TemporarilyUnavailable):
        current_state(dynamodb, ignore).standing(CurrentVersionsQuery(risks=frozenset({RiskKey("issuer", "acme")})))


@pytest.mark.parametrize("item", [{}, {"claims": {"S": "{"}}, {"claims": {"S": "[1]"}, "expires_at": {"N": "2e9"}}])
def test_fault_F25_a_poisoned_kept_token_is_no_reason_to_take_it_for_none(
    dynamodb: DynamoDb, item: dict[str, Any]
) -> None:
    plan = FaultPlan(dynamodb, [])
    plan.add(answer({"Item": {"pk": {"S": "token"}, **item}}))
    with pytest.raises(TemporarilyUnavailable):
        DynamoKeptTokens(dynamodb, "state", FixedClock()).kept("ab" * 32)


@pytest.mark.parametrize("client_name", CLIENTS)
def test_fault_F8_a_revocation_whose_answer_was_lost_is_written_once_more(client_name: str) -> None:
    with EmbeddedAws({}) as settings:
        client = faulty_services(client_name).dynamodb
        revocations = DynamoRevocations(client, settings["FEDERATION_STATE_TABLE"], FixedClock())
        FaultPlan(client, [applied_then_lost, passing, passing])
        revocations.revoke(REVOCATION)
        assert revocations.revocations() == (REVOCATION,)


def test_fault_F7_a_revocation_that_is_not_durable_is_no_success(dynamodb: DynamoDb) -> None:
    plan = FaultPlan(dynamodb, [lost] * 3)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        DynamoRevocations(dynamodb, "state", FixedClock()).revoke(REVOCATION)
    assert refusal.value.reason == "store_unavailable"
    assert len(plan.sent) == 3
