import io
import json
from typing import Any

import pytest

from federation.admin.confirm import Confirmer
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.trust import DocumentRef
from federation.ports import BucketFull, VersionConflict
from functions.confirm import ConfirmHandler
from functions.telemetry import structured_logger
from tests.support.dangerous_trust import RULE, TwoAdmins
from tests.support.fake_clock import FixedClock
from tests.support.fake_trust import FakeTrust
from tests.support.lambda_events import Invocation

PAYLOAD: dict[str, Any] = {"kind": "Mapping", "id": "everybody", "version": 1, "reason": "all jobs may read"}


class Function:
    """The function on a trust table in memory, in which one rule is pending."""

    def __init__(self, trust: FakeTrust | None = None) -> None:
        self.admins = TwoAdmins()
        self.admins.write()
        self.log = io.StringIO()
        confirmer = Confirmer(trust or self.admins.trust)
        self._handler = ConfirmHandler(confirmer, structured_logger(self.log), FixedClock())

    def __call__(self, event: object) -> dict[str, Any]:
        answer = self._handler.handle(event, Invocation())
        json.dumps(answer)
        return answer


def test_a_pending_document_holds_from_the_next_version_on() -> None:
    function = Function()
    assert function(PAYLOAD) == {"confirmed": {"kind": "Mapping", "id": "everybody", "version": 2}}
    assert function.admins.principal() == "ci/anybody"


def test_the_invocation_and_the_reason_are_kept_and_logged() -> None:
    function = Function()
    function(PAYLOAD)
    confirmation = function.admins.body()["confirmation"]
    assert (confirmation["request"], confirmation["reason"]) == (Invocation().aws_request_id, "all jobs may read")
    line = json.loads(function.log.getvalue())
    assert (line["correlation_id"], line["reason"]) == (Invocation().aws_request_id, "all jobs may read")
    assert line["confirmed"] == {"kind": "Mapping", "id": "everybody", "version": 2}


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        "text",
        *({name: value for name, value in PAYLOAD.items() if name != left_out} for left_out in PAYLOAD),
        {**PAYLOAD, "kind": "Everything"},
        {**PAYLOAD, "kind": ["Mapping"]},
        {**PAYLOAD, "version": "1"},
        {**PAYLOAD, "version": True},
        {**PAYLOAD, "version": 1.0},
        {**PAYLOAD, "version": 2},
        {**PAYLOAD, "id": "nobody"},
        {**PAYLOAD, "reason": ""},
        {**PAYLOAD, "reason": "  "},
        {**PAYLOAD, "reason": "x" * 513},
        {**PAYLOAD, "reason": "two\nlines"},
    ],
)
def test_anything_but_the_pending_version_and_a_reason_changes_nothing(event: object) -> None:
    function = Function()
    (problem,) = function(event)["problems"]
    assert problem["message"].endswith(".")
    assert "confirmation" not in function.admins.body()


class RefusingTrust(FakeTrust):
    """Holds what another one holds; every write ends in `error`."""

    def __init__(self, other: FakeTrust, error: Exception) -> None:
        super().__init__()
        self._other = other
        self._error = error

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        return self._other.get(ref)

    def put(self, *_: object, **__: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    "error", [VersionConflict(RULE), BucketFull("Pin a more selective claim."), CorruptDocument("x")]
)
def test_a_write_that_does_not_go_through_says_what_to_do(error: Exception) -> None:
    function = Function(RefusingTrust(Function().admins.trust, error))
    (problem,) = function(PAYLOAD)["problems"]
    assert problem["message"].endswith(".")
