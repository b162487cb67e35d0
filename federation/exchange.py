"""A token exchange from the bytes of a request to a token or a refusal: the pipeline, between limits and commit."""

from msgspec import Struct

from federation.audit.record import AuditRecord
from federation.limits.limiter import Admission
from federation.limits.requests import RequestLimits
from federation.minting.current_state import TrustChanged
from federation.minting.minter import Minter
from federation.minting.pending_token import Conditions
from federation.minting.replay import ApprovalSpent
from federation.model.authorization import Authorization
from federation.model.tokens import Caller, IssuedToken, VerifiedToken
from federation.oauth.errors import OAuthError, TooManyRequests
from federation.oauth.http import HttpRequest
from federation.oauth.request import ExchangeRequest, parse
from federation.pipeline import Pipeline
from federation.ports import AuditLog, Clock
from federation.trust.memory import TrustMemory


class Exchange(Struct, frozen=True):
    """A token exchange (RFC 8693 section 2), or a client that asks for itself (RFC 6749 section 4.4)."""

    pipeline: Pipeline
    """Whose evidence is verified, all of it."""
    minter: Minter
    log: AuditLog
    clock: Clock
    memory: TrustMemory
    limits: RequestLimits

    def __call__(self, http: HttpRequest) -> IssuedToken:
        """The issued token, whose record is durable; raises an OAuthError, which has been recorded."""
        with AuditRecord(http, self.log, self.clock) as record:
            self.limits.check_source_rate(http.source_ip)
            record.request = request = parse(http)
            return self._decided(request, record)

    def _decided(self, request: ExchangeRequest, record: AuditRecord) -> IssuedToken:
        attempt = _Attempt()
        try:
            return self._retry_on_stale_trust(request, record, attempt)
        except TooManyRequests:
            if attempt.admission is not None:
                attempt.admission.give_back()
            raise

    def _retry_on_stale_trust(self, request: ExchangeRequest, record: AuditRecord, attempt: "_Attempt") -> IssuedToken:
        """Decided again, once, where what was remembered here is behind: an edit holds from the very next exchange."""
        try:
            return self._decide(request, record, attempt)
        except TrustChanged as change:
            self.memory.renew(change.versions, change.moved, change.risks)
            attempt.again = True
        except ApprovalSpent as replayed:
            self.pipeline.policy.ask_again(replayed.use)
        except OAuthError as refusal:
            if not self.memory.catches_up(refusal.reason):
                raise
            attempt.again = True
        record.decide_anew()
        return self._decide(request, record, attempt)

    def _decide(self, request: ExchangeRequest, record: AuditRecord, attempt: "_Attempt") -> IssuedToken:
        def admit(client: Caller, subject: VerifiedToken) -> None:
            attempt.admission = attempt.admission or self.limits.admit(client, subject, request.source_ip)

        self.memory.begin()
        terms = self.pipeline.decide(request, record, admit)
        gates = attempt.admission.gates if attempt.admission else ()
        # The second time only what decided counts: it was read a moment ago, and others may write all the time.
        conditions = Conditions({} if attempt.again else self.memory.rests_on(), tuple(gates))
        record.issued = issued = self.minter.mint(Authorization.of(terms), record, conditions)
        return issued


class _Attempt(Struct):
    """What two decisions of one request share."""

    admission: Admission | None = None
    """The request is counted once."""
    again: bool = False
    """What is remembered was read a moment ago."""
