"""User -> agent -> tool, and a person who is asked: the chain grows in `act`, and nothing else grows with it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from federation.client.http import Answer
from federation.local.audit_trail import Record
from federation.local.demo.stage import Stage
from federation.local.demo.steps import OK, Attempt, Moment, Refused, refuse, seen, verify, without_token
from federation.local.demo.workloads import CALENDAR_TOOL, PLANNER, USER, Workload
from federation.oauth.reasons import Reason

READ = "calendar:read"


class Delegated(Struct, frozen=True):
    """An actor acts for the person."""

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
    """What no actor in a chain can do."""
    answer = stage.exchange(stage.token(USER), PLANNER.audience, READ, stage.token(PLANNER))
    token = answer.members.get("access_token", "")
    yield refuse(stage, _scope_given_up(stage, token))
    yield refuse(stage, _actor_left_out(token))


def _hand_on(stage: Stage, token: str, actor: Workload, expected_act: dict[str, Any]) -> Delegated:
    answer = stage.exchange(token, actor.audience, READ, stage.token(actor))
    ours = answer.members.get("access_token", "")
    verified = verify(stage, ours, actor.audience) if ours else {"header": {}, "payload": {}}
    record = stage.trail.issued(str(verified["payload"].get("jti", "")))
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


AUDIENCE, SCOPE = "payments", "payments:settlement:write"
LIFETIME = "10m"


def approval(stage: Stage) -> Iterator[Moment]:
    """The agent is about to settle a payment for the person."""
    asked = _settle(stage)
    approval_id = str(asked.members.get("approval_id", ""))
    yield _asked(asked, approval_id)
    yield _given(stage, approval_id)
    yield _used(stage, _settle(stage), approval_id)
    yield _used_up(_settle(stage), approval_id)


def _settle(stage: Stage) -> Answer:
    return stage.exchange(stage.token(USER), AUDIENCE, SCOPE, stage.token(PLANNER))


def _asked(answer: Answer, approval_id: str) -> Moment:
    members = answer.members
    return Moment(
        "An agent is about to pay",
        "The policy agents-ask-before-they-pay wants a person to agree. Nothing is issued; the agent asks again later.",
        [*seen(answer), ("approval", f"{approval_id[:16]}..., ask again after {members.get('interval')} s")],
        {
            "the error is not authorization_pending": members.get("error") == "authorization_pending",
            "there is no approval to decide": bool(approval_id),
        },
        without_token(answer),
    )


def _given(stage: Stage, approval_id: str) -> Moment:
    waiting = stage.admin.get("/approvals").members["items"]
    ours: dict[str, Any] = next((one for one in waiting if one["id"] == approval_id), {})
    decision = {"lifetime": LIFETIME, "uses": 1, "reason": "Invoice 4711 was checked."}
    decided = stage.admin.post(f"/approvals/{approval_id}/approve", decision).members
    return Moment(
        "A person agrees",
        "An admin sees who wants what for whom, and approves it: once, within ten minutes. The agent could not.",
        [
            ("asks", f"POST /admin/v1/approvals/{approval_id[:16]}.../approve  {LIFETIME}, 1 use"),
            ("for", f"{' for '.join([*ours.get('actors', []), str(ours.get('principal'))])}"),
            ("what", "; ".join(ours.get("purposes", []))),
            ("by", str(decided.get("decided_by"))),
        ],
        {"nobody was asked": bool(ours), "it is not approved": decided.get("state") == "approved"},
        dict(decided),
    )


def _used(stage: Stage, answer: Answer, approval_id: str) -> Moment:
    token = answer.members.get("access_token", "")
    claims = verify(stage, token, AUDIENCE)["payload"] if token else {}
    record = stage.trail.issued(str(claims.get("jti", ""))) or {}
    return Moment(
        "The payment goes out",
        "The same request again. The token says who acts for whom; its record says who agreed.",
        [
            ("scope", str(claims.get("scope"))),
            ("act", str(claims.get("act"))),
            ("lives", f"{claims.get('exp', 0) - claims.get('iat', 0)} s"),
            ("audit", f"approval {str(record.get('approval'))[:16]}..."),
        ],
        {
            f"the bridge answered {answer.status}": answer.status == OK,
            "the record does not name the approval": record.get("approval") == approval_id,
        },
        {"claims": claims},
    )


def _used_up(answer: Answer, approval_id: str) -> Moment:
    members = answer.members
    return Moment(
        "Once was agreed, and once it was",
        "A second payment needs a second approval.",
        seen(answer),
        {
            "the error is not authorization_pending": members.get("error") == "authorization_pending",
            "it is another question": members.get("approval_id") == approval_id,
        },
        without_token(answer),
    )
