"""A policy asks for a person: asked, given, used, used up."""

from collections.abc import Iterator
from typing import Any

from federation.client.http import Answer
from federation.local.demo.moment import Moment, seen, without_token
from federation.local.demo.stage import Stage
from federation.local.demo.steps import OK
from federation.local.demo.verified import verify
from federation.local.demo.workloads import PLANNER, USER

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
    record = stage.bridge.trail.issued(str(claims.get("jti", ""))) or {}
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
