"""ApprovalNotice: who decides is told what they need, and nothing that opens anything."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from msgspec.structs import replace

from federation.aws.approval_notice import SnsApprovalNotice
from federation.aws.clients import sns_client
from federation.local.embedded_aws import REGION, EmbeddedAws
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import ServerError
from federation.ports import ApprovalNotice
from tests.support.fake_approval_notice import FakeApprovalNotice

BRIDGE = "https://federation.example.com"
NOW = 1_800_000_000
NUMBERS = count()
"""A topic for each case: what the process is running besides may have kept others."""
REQUEST = ApprovalRequest(
    id="a1" * 32,
    principal="user/anna",
    audiences=("payments",),
    scopes=("pay",),
    purposes=("paying",),
    actors=("agent/x",),
    tenant="acme",
    client_id="gateway",
    authorization_details=({"type": "payment", "creditor": "canary"},),
)
PENDING = StoredApproval(REQUEST, ApprovalState.PENDING, NOW, NOW + 3600, 1)


@dataclass(frozen=True, slots=True)
class Case:
    notice: ApprovalNotice
    told: Callable[[], list[Any]]


@pytest.fixture(params=["fake", "sns"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "fake":
        fake = FakeApprovalNotice(BRIDGE)
        yield Case(fake, lambda: fake.told)
        return
    with EmbeddedAws({}):
        sns = sns_client()
        topic = sns.create_topic(Name=f"approvals-{next(NUMBERS)}")["TopicArn"]
        yield Case(SnsApprovalNotice(sns, topic, BRIDGE), lambda: [json.loads(one[1]) for one in published(topic)])


def published(topic: str) -> list[Any]:
    """What moto kept: (message id, message, subject, attributes, group)."""
    return list(sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].sent_notifications)


def test_the_message_says_who_wants_what_for_whom_and_how_to_answer(case: Case) -> None:
    case.notice.asked(PENDING)
    assert case.told() == [
        {
            "approval_id": "a1" * 32,
            "principal": "user/anna",
            "actors": ["agent/x"],
            "tenant": "acme",
            "client_id": "gateway",
            "audiences": ["payments"],
            "scopes": ["pay"],
            "purposes": ["paying"],
            "requested_at": "2027-01-15T08:00:00+00:00",
            "expires_at": "2027-01-15T09:00:00+00:00",
            "approve": f"fedbridge approvals approve {'a1' * 32} --url {BRIDGE}",
            "deny": f"fedbridge approvals deny {'a1' * 32} --url {BRIDGE}",
        }
    ]


def test_what_is_to_be_done_in_detail_is_not_told(case: Case) -> None:
    case.notice.asked(PENDING)
    assert "canary" not in json.dumps(case.told())


def test_whatever_a_principal_is_called_the_message_is_one_well_formed_text(case: Case) -> None:
    case.notice.asked(replace(PENDING, request=replace(REQUEST, principal='a"\r\n\x1b[2J\u202e', tenant=None)))
    (told,) = case.told()
    assert told["principal"] == 'a"\r\n\x1b[2J\u202e'


def test_a_subscription_may_ask_for_one_tenant_alone() -> None:
    with EmbeddedAws({}):
        sns = sns_client()
        topic = sns.create_topic(Name=f"approvals-{next(NUMBERS)}")["TopicArn"]
        SnsApprovalNotice(sns, topic, BRIDGE).asked(PENDING)
        (message,) = published(topic)
        assert message[2] == "An approval is asked for"
        assert message[3] == {"tenant": {"Type": "String", "Value": "acme"}}


def test_a_topic_that_is_gone_is_our_own_fault() -> None:
    with EmbeddedAws({}):
        topic = f"arn:aws:sns:{REGION}:123456789012:gone"
        with pytest.raises(ServerError):
            SnsApprovalNotice(sns_client(), topic, BRIDGE).asked(PENDING)
