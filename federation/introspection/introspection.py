"""Introspection from the bytes of a request to an answer, or to a typed refusal (RFC 7662)."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from federation.authentication.immediate import CallerAuthentication
from federation.introspection.answer import INACTIVE, IntrospectionAnswer, describe
from federation.introspection.dependencies import TokenDependencies
from federation.introspection.record import IntrospectionRecord
from federation.introspection.signed import SignedAnswers, accepts_jwt
from federation.model.json import JsonObject
from federation.model.revocation_keys import is_revoked, keys_of
from federation.model.tokens import Caller
from federation.model.trust import Client, DocumentVersion
from federation.oauth.errors import InvalidClient, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.token_request import TokenRequest, parse_token_request
from federation.policy.provenance import caller_not_revoked
from federation.ports import AuditLog, Clock, CurrentState, CurrentVersions, CurrentVersionsQuery
from federation.verification.own_tokens import IssuedByUs, OwnReferences


class TrustMoved(TemporarilyUnavailable):
    """A document that the answer would rest on is no longer current."""


class Introspection(Struct, frozen=True):
    """Tells a registered client about tokens for the audiences whose documents name it, and about no others."""

    callers: CallerAuthentication
    tokens: OwnReferences
    dependencies: TokenDependencies
    state: CurrentState
    signed: SignedAnswers
    log: AuditLog
    clock: Clock
    forget_trust: Callable[[], None]
    """Drops every cached document."""
    check_source_rate: Callable[[str], None]
    """Checks the rate of that source address; raises TooManyRequests."""

    def __call__(self, http: HttpRequest) -> IntrospectionAnswer:
        """What may be told; raises an OAuthError, which has been recorded."""
        with IntrospectionRecord(http, self.log, self.clock) as record:
            self.check_source_rate(http.source_ip)
            request = parse_token_request(http)
            try:
                told = self._tell(request, record)
            except TrustMoved:
                self.forget_trust()
                told = self._tell(request, record)
            return replace(told, signed=self.signed.sign(told)) if accepts_jwt(http) else told

    def _tell(self, request: TokenRequest, record: IntrospectionRecord) -> IntrospectionAnswer:
        record.client = caller = self.callers.authenticate(request.caller)
        if caller.client is None:
            raise InvalidClient(Reason.CLIENT_REQUIRED)
        if caller.is_public:  # the answer tells no id that exists
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, f"client {caller.client_id} proves nothing")
        return IntrospectionAnswer(caller.client, self._answer(request.token, caller, caller.client))

    def _answer(self, text: str, caller: Caller, client: Client) -> JsonObject:
        token = self.tokens.find(text)
        worth = None if token is None else self.dependencies.of(token, client)
        if token is None or worth is None or self._revoked(token, caller, worth.documents):
            return INACTIVE
        return describe(token, worth.scopes)

    def _revoked(self, token: IssuedByUs, caller: Caller, worth: tuple[DocumentVersion, ...]) -> bool:
        """One strongly consistent read of everything that the answer rests on (ATTACKS M3).

        Raises InvalidClient where what authenticated the caller was revoked.
        """
        documents, keys = (*caller.documents, *worth), keys_of(token.own)
        vouching = tuple(caller_not_revoked(caller, int(self.clock.now())))
        asked = keys.union(*(each.keys for each in vouching))
        standing = self.state.standing(CurrentVersionsQuery(frozenset(each.ref for each in documents), asked))
        _check_current(documents, standing)
        if any(is_revoked(each.keys, each.issued_at, standing.revocations) for each in vouching):
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "its trust domain was revoked")
        return is_revoked(keys, token.own.issued_at, standing.revocations)


def _check_current(documents: tuple[DocumentVersion, ...], standing: CurrentVersions) -> None:
    moved = [ref for ref, version in documents if standing.versions.get(ref, 0) != version]
    if moved:
        raise TrustMoved(Reason.TRUST_CHANGED, ", ".join(f"{ref.kind} {ref.id}" for ref in moved))
