import io
import json
from typing import Any

import pytest

from federation.admin.editor import TrustEditor
from federation.admin.replay import TrustReplay
from federation.model.trust import DocumentRef, Kind
from federation.ports import BucketFull, VersionConflict
from functions.apply import ApplyHandler
from functions.runtime import encodable
from functions.telemetry import structured_logger
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.lambda_events import Invocation

ISSUER = {
    "kind": "Issuer",
    "id": "acme",
    "provider": "oidc",
    "issuer": "https://idp.example.com",
    "keys": {"discovery": True},
}
AUDIENCE = {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"]}
MAPPING = {
    "kind": "Mapping",
    "id": "acme-sync",
    "issuer": "acme",
    "match": {"sub": "sync"},
    "principal": "partner/acme/sync",
    "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
}
DOCUMENTS = [ISSUER, AUDIENCE, MAPPING]


class RefusingTrust(FakeTrust):
    """Every write ends in `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def put(self, *_: object, **__: object) -> None:
        raise self._error


class Function:
    """The function on a trust table in memory."""

    def __init__(self, trust: FakeTrust | None = None) -> None:
        self.trust = trust or FakeTrust()
        self.log = io.StringIO()
        replay = TrustReplay(self.trust, FakeAuditRecords(FakeLedger(FixedClock())))
        self._handler = ApplyHandler(TrustEditor(self.trust), replay, structured_logger(self.log), FixedClock())

    def __call__(self, event: object) -> dict[str, Any]:
        answer = self._handler.handle(event, Invocation())
        json.dumps(answer)
        return answer

    def holds(self, kind: Kind, id_: str) -> bool:
        return self.trust.get(DocumentRef(kind, id_)) is not None


def test_sound_documents_are_written() -> None:
    function = Function()
    answer = function({"documents": DOCUMENTS})
    assert sorted(answer["created"]) == ["Audience risk-engine", "Issuer acme", "Mapping acme-sync"]
    assert (answer["updated"], answer["unchanged"]) == ([], [])
    assert function.holds(Kind.MAPPING, "acme-sync")


def test_what_has_not_changed_is_left_alone() -> None:
    function = Function()
    function({"documents": DOCUMENTS})
    answer = function({"documents": [{**ISSUER, "description": "now with a description"}, AUDIENCE, MAPPING]})
    assert (answer["created"], answer["updated"]) == ([], ["Issuer acme"])
    assert sorted(answer["unchanged"]) == ["Audience risk-engine", "Mapping acme-sync"]


def test_what_is_dangerous_is_pending_and_named_as_the_confirming_function_wants_it() -> None:
    function = Function()
    answer = function({"documents": [ISSUER, AUDIENCE, {**MAPPING, "match": {"sub": "*"}, "dangerous": True}]})
    assert answer["pending"] == [{"kind": "Mapping", "id": "acme-sync", "version": 1}]
    (warning,) = answer["warnings"]
    assert "until a second admin has confirmed it" in warning["message"]
    assert json.loads(function.log.getvalue())["changed"]["pending"] == answer["pending"]


def test_one_unsound_document_stops_the_whole_set() -> None:
    function = Function()
    answer = function({"documents": [ISSUER, AUDIENCE, {**MAPPING, "principle": "typo"}]})
    (problem,) = [problem for problem in answer["problems"] if "principle" in problem["pointer"] + problem["message"]]
    assert (problem["file"], problem["document"]) == ("payload[2]", "Mapping acme-sync")
    assert not function.holds(Kind.ISSUER, "acme")


def test_a_deployed_bridge_takes_no_loopback_issuer() -> None:
    answer = Function()({"documents": [{**ISSUER, "issuer": "http://127.0.0.1:8000"}]})
    assert answer["problems"]


def test_the_key_set_cannot_be_written_by_hand() -> None:
    assert Function()({"documents": [{"kind": "KeySet", "id": "signing", "keys": []}]})["problems"]


@pytest.mark.parametrize("event", [None, [], {}, {"documents": []}, {"documents": "text"}, {"documents": [1]}])
def test_a_payload_of_another_form_is_a_problem_and_no_crash(event: object) -> None:
    assert Function()(event)["problems"]


@pytest.mark.parametrize("error", [VersionConflict("acme"), BucketFull("Pin a more selective claim.")])
def test_a_write_that_does_not_go_through_says_what_to_do(error: Exception) -> None:
    (problem,) = Function(RefusingTrust(error))({"documents": DOCUMENTS})["problems"]
    assert problem["message"].endswith(".")


def test_the_log_names_documents_and_never_quotes_them() -> None:
    function = Function()
    function({"documents": DOCUMENTS})
    assert json.loads(function.log.getvalue())["changed"]["created"]
    assert "partner/acme/sync" not in function.log.getvalue()


def test_a_document_however_deep_gets_its_problems() -> None:
    """The runtime reads what is nested some hundred levels deep; whatever follows the nesting must not end it."""
    nested: object = "end"
    for _ in range(900):
        nested = {"a": nested}
    for place in ("labels", "keys", "unknown"):
        (problem,) = Function()({"documents": [{**ISSUER, place: nested}]})["problems"]
        assert problem["message"] == "nested deeper than 32"


@pytest.mark.parametrize(
    "document",
    [
        {**ISSUER, "description": "\ud800"},
        {**ISSUER, "id": "acme\udfff"},
        {**ISSUER, "\ud83d": 1},
        {**ISSUER, "labels": {"a": "\udc00"}},
        {"kind": "\ud800"},
        {"kind": "Policy", "id": "p", "cedar": 'permit (principal == Principal::"\ud800", action, resource);'},
        "\ud800",
    ],
)
def test_a_document_that_no_text_can_hold_gets_its_problems(document: object) -> None:
    """An escaped lone surrogate is JSON. The answer is one that the runtime can send, and nothing is written."""
    function = Function()
    answer = encodable(lambda event, _: function(event))({"documents": [document]}, Invocation())
    assert isinstance(answer, dict)
    assert answer["problems"]
    assert json.dumps(answer, ensure_ascii=False).encode()
    assert function.log.getvalue().encode()
    assert not function.holds(Kind.ISSUER, "acme")
