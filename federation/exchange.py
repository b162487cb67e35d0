"""A token exchange from the bytes of a request to a token or a refusal: the pipeline, between limits and commit."""

from msgspec import Struct, field

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
from federation.ports import Clock, IssuanceLog
from federation.trust.memory import TrustMemory

REQUEST, COMMIT = "request", "commit"
"""What is done before the first step of the pipeline, and after its last one."""


class Exchange(Struct, frozen=True):
    """A token exchange (RFC 8693 section 2), or a client that asks for itself (RFC 6749 section 4.4)."""

    pipeline: Pipeline
    """Whose evidence is verified, all of it."""
    minter: Minter
    log: IssuanceLog
    clock: Clock
    memory: TrustMemory
    limits: RequestLimits

    def __call__(self, http: HttpRequest) -> IssuedToken:
        """The issued token, whose record is durable; raises an OAuthError, which has been recorded."""
        with AuditRecord(http, self.log, self.clock) as record:
            self.limits.check_source_rate(http.source_ip)
            record.request = request = parse(http)
            record.done(REQUEST)
            issued = self._decided(request, record)
            record.done(COMMIT)
            self._count(record)
        return issued

    def _count(self, record: AuditRecord) -> None:
        if record.mapped is not None:
            issuer = record.mapped.issuer
            self.log.issued(record.correlation_id, issuer.tenant, issuer.id, record.seconds)

    def _decided(self, request: ExchangeRequest, record: AuditRecord) -> IssuedToken:
        attempt = _Attempt()
        try:
            return self._retry_on_stale_trust(request, record, attempt)
        except TooManyRequests:
            if attempt.admission is not None:
                attempt.admission.give_back()
            raise

    def _retry_on_stale_trust(self, request: ExchangeRequest, record: AuditRecord, attempt: "_Attempt") -> IssuedToken:
        """Decided again where what was remembered here is behind: an edit holds from the very next exchange.

        Once for each way in which that shows, as what is missed first may hide what moved besides.
        """
        while True:
            try:
                return self._decide(request, record, attempt)
            except OAuthError as refusal:
                if not (attempt.is_first(refusal) and self._catches_up(refusal)):
                    raise
                attempt.again = attempt.again or not isinstance(refusal, ApprovalSpent)
            record.decide_anew()

    def _catches_up(self, refusal: OAuthError) -> bool:
        """Whether something here was behind, which is read now."""
        if isinstance(refusal, TrustChanged):
            self.memory.renew(refusal.versions, refusal.moved, refusal.risks)
            return True
        if isinstance(refusal, ApprovalSpent):
            self.pipeline.policy.ask_again(refusal.use)
            return True
        return self.memory.catches_up(refusal.reason)

    def _decide(self, request: ExchangeRequest, record: AuditRecord, attempt: "_Attempt") -> IssuedToken:
        def admit(client: Caller, subject: VerifiedToken) -> None:
            attempt.admission = attempt.admission or self.limits.admit(client, subject, request.source_ip)

        self.memory.begin()
        terms = self.pipeline.decide(request, record, admit)
        gates = attempt.admission.gates if attempt.admission else ()
        # From the second time on only what decided counts: it was read a moment ago, and others may write all the time.
        conditions = Conditions({} if attempt.again else self.memory.rests_on(), tuple(gates))
        record.issued = issued = self.minter.mint(Authorization.of(terms), record, conditions)
        return issued


class _Attempt(Struct):
    """What all decisions of one request share."""

    admission: Admission | None = None
    """The request is counted once."""
    again: bool = False
    """What is remembered was read a moment ago."""
    ways: set[type[OAuthError]] = field(default_factory=set)
    """In which it has shown so far that something remembered is behind."""

    def is_first(self, refusal: OAuthError) -> bool:
        """Whether it is the first refusal of its way; from now on it is not."""
        way = next((each for each in (TrustChanged, ApprovalSpent) if isinstance(refusal, each)), OAuthError)
        known = way in self.ways
        self.ways.add(way)
        return not known
