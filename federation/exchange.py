"""THE pipeline: one request from its bytes to a token or a typed refusal.

Every step yields a value that says what has been proven; the next step takes that value and nothing else. A step
that refuses raises an OAuthError. The shared steps stand here, so no grant or token type can forget one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from federation.audit.record import AuditRecord
from federation.authentication.callers import UnregisteredCallers
from federation.mapping.principals import Principals
from federation.minting.minter import Minter
from federation.minting.standing import TrustChanged
from federation.model.binding import ProvenKeys
from federation.model.tokens import IssuedToken
from federation.oauth.http import HttpRequest
from federation.oauth.request import ExchangeRequest, parse
from federation.policy.authorizer import Authorizer
from federation.ports import AuditLog, Clock
from federation.verification.presented import TokenVerifiers


@dataclass(frozen=True, slots=True)
class Exchange:
    """A token exchange (RFC 8693 section 2)."""

    callers: UnregisteredCallers
    tokens: TokenVerifiers
    mapper: Principals
    policy: Authorizer
    minter: Minter
    log: AuditLog
    clock: Clock
    forget_trust: Callable[[], None]
    """Drops every cached document."""

    def __call__(self, http: HttpRequest) -> IssuedToken:
        """The issued token, whose record is durable; raises an OAuthError, which has been recorded."""
        with AuditRecord(http, self.log, self.clock) as record:
            record.request = request = parse(http)
            try:
                issued = self._decide(request, record)
            except TrustChanged:
                self.forget_trust()
                issued = self._decide(request, record)
        return issued

    def _decide(self, request: ExchangeRequest, record: AuditRecord) -> IssuedToken:
        record.client = client = self.callers.authenticate(request.credentials)
        record.subject = subject = self.tokens.verify_subject(request)
        record.actor = actor = self.tokens.verify_actor(request)
        record.mapping = mapping = self.mapper.resolve(subject, request)
        record.acting = acting = self.mapper.resolve_actor(actor, request)
        record.authorization = authorization = self.policy.authorize(
            client, ProvenKeys(), subject, acting, mapping, request
        )
        record.issued = issued = self.minter.mint(authorization, record)
        return issued
