"""THE pipeline: one request from its bytes to a token or a typed refusal.

Every step yields a value that says what has been proven; the next step takes that value and nothing else. A step
that refuses raises an OAuthError. The shared steps stand here, so no grant or token type can forget one.
"""

from dataclasses import dataclass

from federation.audit.record import AuditRecord
from federation.authentication.client_credentials import as_verified_token
from federation.authentication.grants import TokenCallers
from federation.limits.limiter import Admission
from federation.limits.requests import RequestLimits
from federation.mapping.principals import Principals
from federation.minting.current_state import TrustChanged
from federation.minting.minter import Minter
from federation.minting.pending_token import Conditions
from federation.minting.replay import ApprovalSpent
from federation.model.tokens import Caller, IssuedToken, VerifiedToken
from federation.oauth.errors import OAuthError, TooManyRequests
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import GrantType
from federation.oauth.request import ExchangeRequest, parse
from federation.policy.authorizer import Authorizer
from federation.ports import AuditLog, Clock
from federation.trust.memory import TrustMemory
from federation.verification.proofs.token_request import Proofs
from federation.verification.unverified_token import TokenVerifiers


@dataclass(frozen=True, slots=True)
class Exchange:
    """A token exchange (RFC 8693 section 2), or a client that asks for itself (RFC 6749 section 4.4)."""

    callers: TokenCallers
    proofs: Proofs
    tokens: TokenVerifiers
    mapper: Principals
    policy: Authorizer
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
        attempt = _Attempt(self.memory.revision())
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
            attempt.revision = None
            self.memory.renew(revision=change.revision, moved=change.moved, risks=change.risks)
        except ApprovalSpent as replayed:
            self.policy.ask_again(replayed.use)
        except OAuthError as refusal:
            if not self.memory.catches_up(refusal.reason):
                raise
            attempt.revision = None
        record.decide_anew()
        return self._decide(request, record, attempt)

    def _decide(self, request: ExchangeRequest, record: AuditRecord, attempt: "_Attempt") -> IssuedToken:
        record.client = client = self.callers.authenticate(request)
        record.proven = proven = self.proofs.verify(request)
        record.subject = subject = self._subject(client, request)
        record.actor = actor = self.tokens.verify_actor(request)
        attempt.admission = admission = attempt.admission or self.limits.admit(client, subject, request.source_ip)
        record.mapping = mapping = self.mapper.resolve(subject, request)
        record.acting = acting = self.mapper.resolve_actor(actor, request)
        record.authorization = authorization = self.policy.authorize(client, proven, subject, acting, mapping, request)
        conditions = Conditions(attempt.revision, tuple(admission.gates))
        record.issued = issued = self.minter.mint(authorization, record, conditions)
        return issued

    def _subject(self, client: Caller, request: ExchangeRequest) -> VerifiedToken:
        """What the subject token proves; a client that brought none has proven itself."""
        if client.client is not None and request.grant is GrantType.CLIENT_CREDENTIALS:
            return as_verified_token(client.client, self.clock.now())
        return self.tokens.verify_subject(request)


@dataclass(slots=True)
class _Attempt:
    """What two decisions of one request share."""

    revision: int | None
    """Of what is remembered; None: it was read a moment ago."""
    admission: Admission | None = None
    """The request is counted once."""
