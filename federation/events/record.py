"""The audit record of a security event: one, whether it was accepted or refused, and never its text."""

from federation.audit.claims import identifying_claims
from federation.audit.record import AuditRecord
from federation.events.effects import effect_of
from federation.model.identity import identity_of
from federation.model.json import Json, JsonObject
from federation.model.security_event import SecurityEvent
from federation.oauth.http import HttpRequest
from federation.ports import AuditLog, Clock

OUTCOME = "event_received"
OPERATION = "receive_event"


class EventRecord(AuditRecord):
    """What is known about a SET so far."""

    def __init__(self, http: HttpRequest, log: AuditLog, clock: Clock) -> None:
        super().__init__(http, log, clock)
        self.event: SecurityEvent | None = None

    @property
    def facts(self) -> JsonObject:
        """For the record of what the event revokes."""
        return self._facts()

    def accepted(self, record_id: str) -> JsonObject:
        """The record of an event that had its effect. `record_id`: names the record where a jti names others."""
        return {**self._facts(), "outcome": OUTCOME, "jti": record_id}

    def _facts(self) -> dict[str, Json]:
        facts = super()._facts() | {"operation": OPERATION}
        if self.event:
            facts |= _describe(self.event)
        return facts


def _describe(event: SecurityEvent) -> dict[str, Json]:
    effect = effect_of(event)
    facts: dict[str, Json] = {
        "issuer": event.issuer.id,
        "issuer_version": event.issuer.version,
        "tenant": event.issuer.tenant,
        "event": event.uri,
        "event_jti": event.jti[:64],
        "event_issued_at": event.issued_at,
        "event_digest": event.digest,
        "event_kid": event.key_id,
        "event_says": identifying_claims({name: event.payload[name] for name in event.payload if name != "subject"}),
        "event_revokes": effect.revokes,
        "event_risk": effect.risk,
    }
    if event.subject is not None:
        facts |= {"subject": event.subject, "identity": identity_of(event.issuer.id, event.subject)}
    return facts
