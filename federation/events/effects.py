"""What each security event does: as data, so that a reader sees all of it at once."""

from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.security_event import EventType, SecurityEvent


class Effect(Struct, frozen=True):
    """`risk`: the score, 0 to 100, to which the identity's risk is raised at least; 0: it is left as it is."""

    revokes: bool
    """Whether everything that rests on the subject is revoked."""
    risk: int


NOTHING = Effect(revokes=False, risk=0)
EFFECTS: ReadOnly[EventType, Effect] = {
    EventType.SESSION_REVOKED: Effect(revokes=True, risk=30),
    EventType.CREDENTIAL_CHANGE: Effect(revokes=True, risk=40),
    EventType.ASSURANCE_LEVEL_CHANGE: Effect(revokes=True, risk=40),
    EventType.DEVICE_COMPLIANCE_CHANGE: Effect(revokes=True, risk=60),
    EventType.ACCOUNT_DISABLED: Effect(revokes=True, risk=80),
    EventType.ACCOUNT_PURGED: Effect(revokes=True, risk=80),
    EventType.CREDENTIAL_COMPROMISE: Effect(revokes=True, risk=90),
}
"""Revocation ends what was issued until then; risk is what a policy may hold against what comes next."""
_GOOD_NEWS: ReadOnly[EventType, tuple[str, str]] = {
    EventType.ASSURANCE_LEVEL_CHANGE: ("change_direction", "increase"),
    EventType.DEVICE_COMPLIANCE_CHANGE: ("current_status", "compliant"),
}
"""Member and value by which an event says that things are better (CAEP 1.0 sections 3.4 and 3.5). A member that is
absent or says anything else is none."""


def effect_of(event: SecurityEvent) -> Effect:
    """What the event does."""
    if event.type is None or _is_good_news(event.type, event.payload):
        return NOTHING
    return EFFECTS[event.type]


def _is_good_news(kind: EventType, payload: JsonObject) -> bool:
    member, value = _GOOD_NEWS.get(kind, ("", ""))
    return bool(member) and payload.get(member) == value
