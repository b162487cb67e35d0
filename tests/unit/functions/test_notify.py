"""Whoever decides is told of what waits, and of nothing else."""

import io
from typing import Any

import pytest
from msgspec.structs import replace

from federation.aws.approval_items import approval_item
from federation.local.events import LambdaContext
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import TemporarilyUnavailable
from federation.settings import SettingsError
from functions.notify import NotifyHandler, build, waiting
from functions.telemetry import structured_logger
from tests.support.fake_approval_notice import FakeApprovalNotice
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
REQUEST = ApprovalRequest("a1" * 32, "user/anna", ("payments",), ("pay",), ("paying",))
PENDING = StoredApproval(REQUEST, ApprovalState.PENDING, NOW, NOW + 3600, 1)
CONTEXT = LambdaContext("notify", "r-1", FixedClock(NOW), NOW + 15)


def event(*approvals: StoredApproval) -> dict[str, Any]:
    return {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": approval_item(one)}} for one in approvals]}


def test_a_request_that_waits_is_told() -> None:
    notice, log = FakeApprovalNotice("https://b.example.com"), io.StringIO()
    assert NotifyHandler(notice, structured_logger(log)).handle(event(PENDING), CONTEXT) == {"told": [REQUEST.id]}
    assert [one["principal"] for one in notice.told] == ["user/anna"]
    assert REQUEST.id in log.getvalue()


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.DENIED])
def test_a_decision_is_not(state: ApprovalState) -> None:
    assert not list(waiting(event(replace(PENDING, state=state))))


@pytest.mark.parametrize(
    "broken",
    [None, [], {}, {"Records": [{}]}, {"Records": [{"dynamodb": {"NewImage": {"pk": {"S": "x"}}}}]}, {"Records": [7]}],
)
def test_an_event_of_something_else_is_about_nobody(broken: Any) -> None:  # noqa: ANN401
    assert not list(waiting(broken))


def test_who_could_not_be_told_is_told_by_the_next_try() -> None:
    notice = FakeApprovalNotice("https://b.example.com")
    notice.failing = True
    with pytest.raises(TemporarilyUnavailable):
        NotifyHandler(notice, structured_logger(io.StringIO())).handle(event(PENDING), CONTEXT)


def test_without_a_topic_it_does_not_start() -> None:
    names = ("ISSUER", "TRUST_TABLE", "STATE_TABLE", "AUDIT_TABLE", "DOCUMENTS_BUCKET", "SIGNING_KEY")
    with pytest.raises(SettingsError, match="FEDERATION_APPROVAL_TOPIC"):
        build({f"FEDERATION_{name}": "x" for name in names})
