"""Fault model (section 2): what is known of revocations, risk and kept tokens when DynamoDB fails or is poisoned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from federation.aws.backoff import Pause
from federation.aws.clients import dynamodb_client
from federation.aws.current_state import DynamoCurrentState
from federation.aws.kept_tokens import DynamoKeptTokens
from federation.aws.revocations import DynamoRevocations
from federation.local.embedded_aws import EmbeddedAws, sealed_environment
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.risk import RiskKey
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import CurrentVersions, CurrentVersionsQuery
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import FaultPlan, applied_then_lost, lost, passing
from tests.support.trust_documents import issuer_ref

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WITHDRAWN = RevocationKey(RevocationTarget.ISSUER, "acme")
REVOCATION = Revocation(WITHDRAWN, 1, 2_000_000_000, "admin/ann")


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    with sealed_environment(None):
        yield dynamodb_client()


def current_state(dynamodb: "DynamoDBClient", pause: Pause) -> DynamoCurrentState:
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


def test_fault_F13_what_a_batch_left_out_is_asked_for_again(dynamodb: "DynamoDBClient") -> None:
    pauses: list[int] = []
    left_out = {
        "trust": {"Keys": [{"pk": {"S": "8:document6:Issuer1:0"}, "sk": {"S": "b"}}]},
        "state": {"Keys": [{"pk": {"S": "7:revoked6:issuer4:acme"}}]},
    }
    later = {"trust": [version_item("b")], "state": [revocation_item(REVOCATION)]}
    documents = frozenset(map(issuer_ref, "abc"))
    with Stubber(dynamodb) as stubber:
        stubber.add_response(
            "batch_get_item", {"Responses": {"trust": [version_item("a")]}, "UnprocessedKeys": left_out}
        )
        stubber.add_response("batch_get_item", {"Responses": later}, {"RequestItems": left_out})
        found = current_state(dynamodb, pauses.append).standing(CurrentVersionsQuery(documents, frozenset({WITHDRAWN})))
    assert found == CurrentVersions({issuer_ref("a"): 7, issuer_ref("b"): 7}, {WITHDRAWN: REVOCATION})
    assert pauses == [1]


@pytest.mark.parametrize("attribute", ["key", "revoked_at", "expires_at", "by", "reason"])
def test_fault_F25_a_poisoned_revocation_is_no_reason_to_take_it_for_none(
    dynamodb: "DynamoDBClient", attribute: str
) -> None:
    item = revocation_item(REVOCATION) | {attribute: {"BOOL": True}}
    with Stubber(dynamodb) as stubber:
        stubber.add_response("batch_get_item", {"Responses": {"state": [item]}})
        with pytest.raises(TemporarilyUnavailable):
            current_state(dynamodb, ignore).standing(CurrentVersionsQuery(revocations=frozenset({WITHDRAWN})))


@pytest.mark.parametrize("item", [{}, {"score": {"N": "1"}}, {"score": {"N": "x"}, "at": {"N": "1"}}])
def test_fault_F25_a_poisoned_risk_score_is_no_reason_to_take_it_for_none(
    dynamodb: "DynamoDBClient", item: dict[str, Any]
) -> None:
    with Stubber(dynamodb) as stubber:
        scored = {"pk": {"S": "4:risk6:issuer4:acme"}, **item}
        stubber.add_response("batch_get_item", {"Responses": {"state": [scored]}})
        with pytest.raises(TemporarilyUnavailable):
            current_state(dynamodb, ignore).standing(CurrentVersionsQuery(risks=frozenset({RiskKey("issuer", "acme")})))


@pytest.mark.parametrize("item", [{}, {"claims": {"S": "{"}}, {"claims": {"S": "[1]"}, "expires_at": {"N": "2e9"}}])
def test_fault_F25_a_poisoned_kept_token_is_no_reason_to_take_it_for_none(
    dynamodb: "DynamoDBClient", item: dict[str, Any]
) -> None:
    with Stubber(dynamodb) as stubber:
        stubber.add_response("get_item", {"Item": {"pk": {"S": "token"}, **item}})
        with pytest.raises(TemporarilyUnavailable):
            DynamoKeptTokens(dynamodb, "state", FixedClock()).kept("ab" * 32)


def test_fault_F8_a_revocation_whose_answer_was_lost_is_written_once_more() -> None:
    with EmbeddedAws({}) as settings:
        client = dynamodb_client()
        revocations = DynamoRevocations(client, settings["FEDERATION_STATE_TABLE"], FixedClock())
        FaultPlan(client, [applied_then_lost, passing, passing])
        revocations.revoke(REVOCATION)
        assert revocations.revocations() == (REVOCATION,)


def test_fault_F7_a_revocation_that_is_not_durable_is_no_success(dynamodb: "DynamoDBClient") -> None:
    plan = FaultPlan(dynamodb, [lost] * 3)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        DynamoRevocations(dynamodb, "state", FixedClock()).revoke(REVOCATION)
    assert refusal.value.reason == "store_unavailable"
    assert len(plan.sent) == 3
