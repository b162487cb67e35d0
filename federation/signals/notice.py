"""What people are told of a signal: what it is about, why, and where to go on."""

from datetime import UTC, datetime
from shlex import quote

from federation.model.json import Json
from federation.model.signals import Signal

MAX_SUBJECT = 100
"""Characters: SNS takes no more."""


def subject(signal: Signal) -> str:
    """One line of ASCII. Names of identities stay out: a mail would have to escape them."""
    return f"federation-bridge: {signal.name} ({signal.score}, {signal.severity})"[:MAX_SUBJECT]


def described(signal: Signal) -> dict[str, Json]:
    """All of it as JSON. Times: RFC 3339."""
    return {
        "id": signal.id,
        "name": signal.name,
        "title": signal.title,
        "severity": signal.severity,
        "score": signal.score,
        "what": signal.watched.what,
        "value": signal.watched.value,
        "tenant": signal.watched.tenant or signal.tenant,
        "at": datetime.fromtimestamp(signal.at, UTC).isoformat(timespec="seconds"),
        "evidence": dict(signal.evidence),
        "correlation_ids": list(signal.correlation_ids),
        "raises_risk": signal.raises,
        "runbook": signal.runbook,
    }


def message(signal: Signal, bridge: str) -> dict[str, Json]:
    """For people and machines. `bridge`: our URL."""
    show = f"fedbridge signals --url {bridge} --name {signal.name} --value {quote(signal.watched.value)}"
    return {**described(signal), "show": show}
