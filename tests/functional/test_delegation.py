"""User -> agent -> tool over HTTP, with real keys, on the example trust documents."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from federation.client.http import Answer
from federation.local.demo.stage import EXAMPLES, Stage, open_stage
from federation.local.demo.steps import verify
from federation.local.demo.workloads import CALENDAR_TOOL, KUBERNETES, PLANNER, USER

READ, WRITE = "calendar:read", "calendar:write"
BOTH = f"{READ} {WRITE}"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage(EXAMPLES, log=io.StringIO()) as opened:
        yield opened


def by_agent(stage: Stage, scope: str = READ) -> str:
    """What the agent got for the person."""
    answer = stage.exchange(stage.token(USER), "calendar-tool", scope, stage.token(PLANNER))
    return str(answer.members["access_token"])


def claims(stage: Stage, token: str, audience: str) -> dict[str, Any]:
    payload: dict[str, Any] = verify(stage, token, audience)["payload"]
    return payload


def refused(answer: Answer) -> tuple[int, str, str]:
    members = answer.members
    return answer.status, members["error"], members["error_description"].partition(":")[0]


def test_the_token_that_reaches_the_api_names_everybody(stage: Stage) -> None:
    token = by_agent(stage)
    answer = stage.exchange(token, "calendar", READ, stage.token(CALENDAR_TOOL))
    first, last = claims(stage, token, "calendar-tool"), claims(stage, answer.members["access_token"], "calendar")
    assert last["act"] == {"sub": "service/calendar-tool", "act": first["act"]}
    assert first["act"] == {"sub": "agent/planner"}
    assert last["sub"] == first["sub"] == "user/acme/24400320"
    assert (first["client_id"], last["client_id"]) == ("agent/planner", "service/calendar-tool")
    assert last["txn"] == first["txn"]
    assert last["exp"] <= first["exp"]


def test_an_auditor_walks_from_the_api_back_to_the_person(stage: Stage) -> None:
    token = by_agent(stage)
    answer = stage.exchange(token, "calendar", READ, stage.token(CALENDAR_TOOL))
    record = stage.trail.issued(claims(stage, answer.members["access_token"], "calendar")["jti"])
    assert record is not None
    parent = stage.trail.issued(record["parent_jti"])
    assert parent is not None
    assert (parent["issuer"], parent["actor_issuer"]) == ("acme-login", "acme-cluster")
    assert (record["txn"], record["actor_principal"]) == (parent["txn"], "service/calendar-tool")
    assert record["correlation_id"] != parent["correlation_id"]


def test_a_scope_that_was_given_up_does_not_come_back(stage: Stage) -> None:
    answer = stage.exchange(by_agent(stage, READ), "calendar", WRITE, stage.token(CALENDAR_TOOL))
    assert refused(answer) == (400, "invalid_scope", "scope_not_granted")
    kept = stage.exchange(by_agent(stage, BOTH), "calendar", WRITE, stage.token(CALENDAR_TOOL))
    assert kept.members["scope"] == WRITE


def test_without_its_own_token_nobody_gets_anything(stage: Stage) -> None:
    answer = stage.exchange(by_agent(stage), "calendar", READ)
    assert refused(answer) == (400, "invalid_request", "actor_required")


def test_whom_nobody_named_does_not_act(stage: Stage) -> None:
    for subject, actor in ((stage.token(USER), CALENDAR_TOOL), (by_agent(stage), KUBERNETES), (by_agent(stage), USER)):
        answer = stage.exchange(subject, "calendar", READ, stage.token(actor))
        assert answer.status == 400
        assert answer.members["error"] == "invalid_request"


def test_the_agent_gets_nothing_for_itself(stage: Stage) -> None:
    answer = stage.exchange(stage.token(PLANNER), "calendar", READ)
    assert refused(answer) == (400, "invalid_target", "target_not_granted")


def test_the_tool_hands_its_token_to_nobody(stage: Stage) -> None:
    answer = stage.exchange(by_agent(stage), "calendar-tool", READ, stage.token(CALENDAR_TOOL))
    further = stage.exchange(answer.members["access_token"], "calendar", READ, stage.token(KUBERNETES))
    assert refused(further) == (400, "invalid_request", "actor_not_permitted")


def test_a_forged_token_of_ours_is_refused(stage: Stage) -> None:
    """Signed by the cluster, in our name."""
    forged = stage.providers.sign(CALENDAR_TOOL, claims(stage, by_agent(stage), "calendar-tool"))
    answer = stage.exchange(forged, "calendar", READ, stage.token(CALENDAR_TOOL))
    assert answer.status == 400
    assert answer.members["error"] == "invalid_request"
