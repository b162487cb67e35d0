"""RefusalSearch: what was logged of a request, and of no other that only mentions it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from federation.aws.clients import logs_client
from federation.aws.refusal_search import CloudWatchRefusals
from federation.local.audit_trail import LogGroup
from federation.local.embedded_aws import EmbeddedAws
from federation.model.json import JsonObject
from federation.oauth.errors import ServerError
from federation.ports import RefusalSearch
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_refusal_search import FakeRefusalSearch

NUMBERS = count()


def groups() -> tuple[str, str]:
    """Of each case its own: what the process is running besides may have kept others."""
    number = next(NUMBERS)
    return f"/aws/lambda/token-{number}", f"/aws/lambda/admin-{number}"


@dataclass(frozen=True, slots=True)
class Case:
    search: RefusalSearch
    refuse: Callable[[JsonObject], None]


@pytest.fixture(params=["fake", "cloudwatch"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "fake":
        log = FakeAuditLog()
        yield Case(FakeRefusalSearch(log), log.refused)
        return
    with EmbeddedAws({}):
        names = groups()
        _, second = (LogGroup(name) for name in names)
        yield Case(CloudWatchRefusals(logs_client(), names), lambda one: second(_line(one)))


def _line(refusal: JsonObject) -> str:
    return json.dumps({"level": "INFO", "message": "refused", "refusal": refusal}) + "\n"


def test_a_refusal_is_found_by_the_name_that_its_caller_was_told(case: Case) -> None:
    case.refuse({"correlation_id": "JKl3jhg0vHcEJ7w=", "reason": "no_mapping", "claims": {"sub": "worker"}})
    case.refuse({"correlation_id": "another", "reason": "unknown_key"})
    (found,) = case.search.refusals("JKl3jhg0vHcEJ7w=", 0)
    assert (found["reason"], found["claims"]) == ("no_mapping", {"sub": "worker"})


def test_who_only_mentions_a_request_is_not_it(case: Case) -> None:
    case.refuse({"correlation_id": "mine", "user_agent": "yours", "caller_correlation_id": "yours"})
    assert case.search.refusals("yours", 0) == ()


def test_refusals_are_found_by_the_issuer_that_vouches_or_is_claimed_to(case: Case) -> None:
    case.refuse({"correlation_id": "c-1", "issuer": "acme-okta", "reason": "no_mapping"})
    case.refuse({"correlation_id": "c-2", "unverified_issuer": "acme-okta", "reason": "bad_signature"})
    case.refuse({"correlation_id": "c-3", "unverified_issuer": "globex", "user_agent": "acme-okta"})
    assert [one["correlation_id"] for one in case.search.refusals_of("acme-okta", 0)] == ["c-1", "c-2"]


def test_what_nobody_logged_is_not_found(case: Case) -> None:
    assert case.search.refusals("c-1", 0) == ()


def test_many_lines_are_all_looked_through() -> None:
    with EmbeddedAws({}):
        name = groups()[0]
        group = LogGroup(name)
        for number in range(30):
            group(_line({"correlation_id": f"c-{number % 3}", "number": number}))
        logs = _FewAtOnce(logs_client())
        found = CloudWatchRefusals(logs, [name]).refusals("c-1", 0)
        assert [one["number"] for one in found] == list(range(1, 30, 3))


class _FewAtOnce:
    """CloudWatch Logs, which ends a page wherever it likes."""

    def __init__(self, logs: object) -> None:
        self._logs = logs

    def filter_log_events(self, **query: object) -> object:
        return self._logs.filter_log_events(**query, limit=2)  # type: ignore[attr-defined]


def test_lines_that_are_no_records_are_no_harm() -> None:
    with EmbeddedAws({}):
        name = groups()[0]
        group = LogGroup(name)
        for line in ('START "c-1"', '["c-1"]', '{"refusal": "c-1"}', '{"message": "c-1"}'):
            group(line)
        assert CloudWatchRefusals(logs_client(), [name]).refusals("c-1", 0) == ()


def test_a_group_that_is_not_there_is_our_own_fault() -> None:
    with EmbeddedAws({}), pytest.raises(ServerError):
        CloudWatchRefusals(logs_client(), ["/aws/lambda/gone"]).refusals("c-1", 0)
