"""A security event from the bytes of a request to its effect, or to a typed refusal (RFC 8935)."""

from collections.abc import Callable
from http import HTTPStatus

from msgspec import Struct

from federation.audit.event import event as filed
from federation.events.effects import effect_of
from federation.events.record import EventRecord
from federation.events.request import read_set
from federation.model.identity import identity_of, subject_key
from federation.model.revocation import RevocationKey
from federation.model.risk import Decay, RiskCause, RiskKey
from federation.model.security_event import SecurityEvent
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.ports import (
    AuditLog,
    Clock,
    CurrentState,
    CurrentVersionsQuery,
    Identifiers,
    Ledger,
    RememberedAnswer,
    RememberedAnswers,
    StillRunning,
    UnlikeRequest,
)
from federation.revocation.revoker import RevocationRequest, Revoker
from federation.signals.raising import RiskRaiser
from federation.verification.security_events import SecurityEventVerifier

DONE = RememberedAnswer(HTTPStatus.ACCEPTED, b"")


class EventReceiver(Struct, frozen=True):
    """Takes SETs, each with one effect, however often it is sent."""

    verifier: SecurityEventVerifier
    state: CurrentState
    answers: RememberedAnswers
    revoker: Revoker
    risks: RiskRaiser
    ledger: Ledger
    log: AuditLog
    clock: Clock
    identifiers: Identifiers
    forget_trust: Callable[[], None]
    """Drops every cached document."""
    check_source_rate: Callable[[str], None]
    """Checks the rate of that source address; raises TooManyRequests."""
    admit_events: Callable[[Issuer], None]
    """Counts a proven event of that issuer; raises TooManyRequests."""

    def __call__(self, http: HttpRequest) -> None:
        """The effect and its record are durable when this returns; else an OAuthError, which has been recorded."""
        with EventRecord(http, self.log, self.clock) as record:
            self.check_source_rate(http.source_ip)
            event = self._verify(read_set(http))
            record.event = event
            self.admit_events(event.issuer)
            self._once(event, record, http)

    def _verify(self, text: str) -> SecurityEvent:
        """By the document as it is now: what was remembered of it may be behind."""
        event = self.verifier.verify(text)
        if not self._is_current(event.issuer):
            self.forget_trust()
            event = self.verifier.verify(text)
            if not self._is_current(event.issuer):
                raise TemporarilyUnavailable(Reason.TRUST_CHANGED)
        return event

    def _is_current(self, issuer: Issuer) -> bool:
        ref, version = issuer.document
        return self.state.standing(CurrentVersionsQuery(frozenset({ref}))).versions.get(ref) == version

    def _once(self, event: SecurityEvent, record: EventRecord, http: HttpRequest) -> None:
        """What dies on the way is done when the SET is sent again; what was done is not repeated."""
        key = _name(event)
        self._begin(key, event.digest)
        try:
            self._put_into_effect(event, record, http)
        except BaseException:
            self.answers.forget(key)
            raise
        self.answers.finish(key, DONE)

    def _begin(self, key: tuple[str, ...], digest: str) -> None:
        try:
            done = self.answers.begin(key, digest)
        except UnlikeRequest:
            raise InvalidRequest(Reason.EVENT_REPLAYED, "another SET had that jti") from None
        except StillRunning:
            raise TemporarilyUnavailable(Reason.EVENT_UNDER_WAY) from None
        if done is not None:
            raise InvalidRequest(Reason.EVENT_REPLAYED)

    def _put_into_effect(self, event: SecurityEvent, record: EventRecord, http: HttpRequest) -> None:
        by, effect = f"issuer:{event.issuer.id}", effect_of(event)
        if effect.revokes:
            self.revoker.revoke(_revocation(event, by), record.facts)
        if effect.risk:
            cause = RiskCause(Decay(effect.risk, int(self.clock.now())), _why(event), by, (http.correlation_id,))
            key = RiskKey("subject", _subject(event).value, event.issuer.tenant)
            self.risks.raise_risk(key, cause, record.facts)
        entry = record.accepted(self.identifiers.new())
        self.ledger.commit(filed(entry, self.clock.now(), by, http.correlation_id), ())


def _name(event: SecurityEvent) -> tuple[str, ...]:
    """Among the answers to admins, whose names begin with a tenant: no tenant has this name."""
    return ("(events)", event.issuer.id, event.jti)


def _revocation(event: SecurityEvent, by: str) -> RevocationRequest:
    """Of one subject of the sender. A principal's name has no colon, so `by` is no principal's."""
    return RevocationRequest(_subject(event), by, reason=_why(event))


def _subject(event: SecurityEvent) -> RevocationKey:
    issuer = event.issuer.id
    return subject_key(issuer, identity_of(issuer, str(event.subject)))


def _why(event: SecurityEvent) -> str:
    return f"security event: {event.type}"
