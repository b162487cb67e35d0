"""User -> agent -> tool: each proves who it is, the chain grows in `act`, and nothing else grows with it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from federation.client.http import Answer
from federation.local.audit_trail import Record
from federation.local.demo.stage import Stage
from federation.local.demo.steps import OK, Attempt, Refused, refuse
from federation.local.demo.verified import verify
from federation.local.demo.workloads import CALENDAR_TOOL, PLANNER, USER, Workload
from federation.oauth.reasons import Reason

READ = "calendar:read"


class Delegated(Struct, frozen=True):
    """Somebody acts for the person."""

    actor: Workload
    answer: Answer
    token_header: dict[str, Any]
    token_claims: dict[str, Any]
    """Of our token, verified by stock PyJWT; empty where there is none."""
    record: Record | None
    """The durable audit record."""
    expected_act: dict[str, Any]

    @property
    def problems(self) -> list[str]:
        """What did not end as it should."""
        checks = {
            f"the bridge answered {self.answer.status}": self.answer.status == OK,
            "the token is not about the person": self.token_claims.get("sub") == USER.principal,
            "act does not name everybody who acts": self.token_claims.get("act") == self.expected_act,
            "the audit trail has no record of it": self.record is not None and self.record["outcome"] == "allow",
        }
        return [problem for problem, good in checks.items() if not good]


def delegate(stage: Stage) -> Iterator[Delegated]:
    """The agent acts for the person, then the tool for both."""
    by_agent = _hand_on(stage, stage.token(USER), PLANNER, {"sub": PLANNER.principal})
    yield by_agent
    act = {"sub": CALENDAR_TOOL.principal, "act": {"sub": PLANNER.principal}}
    yield _hand_on(stage, by_agent.answer.members.get("access_token", ""), CALENDAR_TOOL, act)


def delegation_refusals(stage: Stage) -> Iterator[Refused]:
    """What nobody in a chain can do."""
    answer = stage.exchange(stage.token(USER), PLANNER.audience, READ, stage.token(PLANNER))
    token = answer.members.get("access_token", "")
    yield refuse(stage, _scope_given_up(stage, token))
    yield refuse(stage, _actor_left_out(token))


def _hand_on(stage: Stage, token: str, actor: Workload, expected_act: dict[str, Any]) -> Delegated:
    answer = stage.exchange(token, actor.audience, READ, stage.token(actor))
    ours = answer.members.get("access_token", "")
    verified = verify(stage, ours, actor.audience) if ours else {"header": {}, "payload": {}}
    record = stage.bridge.trail.issued(str(verified["payload"].get("jti", "")))
    return Delegated(actor, answer, verified["header"], verified["payload"], record, expected_act)


def _scope_given_up(stage: Stage, token: str) -> Attempt:
    return Attempt(
        "A scope that was given up",
        "The person may write to the calendar; the agent asked to read. The tool cannot get it back.",
        token,
        CALENDAR_TOOL.audience,
        "invalid_scope",
        Reason.SCOPE_NOT_GRANTED,
        scope=f"{READ} calendar:write",
        actor=stage.token(CALENDAR_TOOL),
    )


def _actor_left_out(token: str) -> Attempt:
    return Attempt(
        "An actor that hides",
        "The tool leaves its own token out, to be taken for the person.",
        token,
        CALENDAR_TOOL.audience,
        "invalid_request",
        Reason.ACTOR_REQUIRED,
        scope=READ,
    )
