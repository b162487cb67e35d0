"""Why a request was refused, step by step, and the smallest edit that would have allowed it."""

from collections.abc import Iterator
from typing import Any

from federation.local.demo.moment import Moment
from federation.local.demo.stage import Stage
from federation.local.demo.workloads import PARTNER

_MARKS = {"ok": "ok", "refused": "NO", "skipped": "-"}


def explained(stage: Stage) -> Iterator[Moment]:
    """An identity that almost fits a rule."""
    claims = {**stage.claims(PARTNER), "department": "sales"}
    asked = {"claims": claims, "audience": PARTNER.audience, "scope": "risk:score:read", "ip": "127.0.0.1"}
    yield _told(stage.admin.post("/explain", asked).members)


def _told(explanation: dict[str, Any]) -> Moment:
    refusal = explanation.get("refusal") or {}
    edits = explanation.get("edits") or []
    return Moment(
        "Why was the partner's call refused?",
        "A machine of another department: nothing is minted, the same decision is made step by step.",
        [
            *((str(step["step"]), f"{_MARKS[step['outcome']]}  {step['detail']}") for step in explanation["steps"]),
            ("reason", str(refusal.get("reason"))),
            ("edit", str(edits[0]["description"]) if edits else "none"),
        ],
        {
            "it was allowed": explanation["allowed"] is False,
            "no mapping is the reason": refusal.get("reason") == "no_mapping",
            "nobody says what would allow it": bool(edits),
        },
        explanation,
    )
