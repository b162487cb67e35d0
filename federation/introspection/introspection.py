"""Introspection from the bytes of a request to an answer, or to a typed refusal (RFC 7662)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from federation.authentication.immediate import CallerAuthentication
from federation.introspection.answer import INACTIVE, Told, describe
from federation.introspection.record import IntrospectionRecord
from federation.introspection.signed import SignedAnswers, accepts_jwt
from federation.model.json import JsonObject
from federation.model.standing_keys import is_revoked, keys_of
from federation.model.tokens import Caller
from federation.model.trust import Audience, Client, DocumentVersion
from federation.oauth.errors import InvalidClient, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.token_request import TokenRequest, parse_token_request
from federation.ports import AudienceDirectory, AuditLog, Clock, CurrentState, Standing, StandingQuestion
from federation.verification.own_references import IssuedByUs, OwnReferences


class TrustMoved(TemporarilyUnavailable):
    """A document that would have let the caller know is no longer current."""


@dataclass(frozen=True, slots=True)
class Introspection:
    """Tells a registered client about tokens for the audiences whose documents name it, and about no others."""

    callers: CallerAuthentication
    tokens: OwnReferences
    audiences: AudienceDirectory
    state: CurrentState
    signed: SignedAnswers
    log: AuditLog
    clock: Clock
    forget_trust: Callable[[], None]
    """Drops every cached document."""

    def __call__(self, http: HttpRequest) -> Told:
        """What may be told; raises an OAuthError, which has been recorded."""
        with IntrospectionRecord(http, self.log, self.clock) as record:
            request = parse_token_request(http)
            try:
                told = self._tell(request, record)
            except TrustMoved:
                self.forget_trust()
                told = self._tell(request, record)
            return replace(told, signed=self.signed.sign(told)) if accepts_jwt(http) else told

    def _tell(self, request: TokenRequest, record: IntrospectionRecord) -> Told:
        record.client = caller = self.callers.authenticate(request.caller)
        if caller.client is None or caller.is_public:
            raise InvalidClient(Reason.CLIENT_REQUIRED)
        return Told(caller.client, self._answer(request.token, caller, caller.client))

    def _answer(self, text: str, caller: Caller, client: Client) -> JsonObject:
        token = self.tokens.find(text)
        audience = None if token is None else self._entitling(token, client)
        if token is None or audience is None or self._revoked(token, caller, audience):
            return INACTIVE
        return describe(token)

    def _entitling(self, token: IssuedByUs, client: Client) -> Audience | None:
        """The audience that the token is for and whose document names the client; None: it is none of its business."""
        return next(
            (
                audience
                for audience in self.audiences.audiences()
                if audience.enabled and audience.id in token.own.audiences and client.id in audience.introspection
            ),
            None,
        )

    def _revoked(self, token: IssuedByUs, caller: Caller, audience: Audience) -> bool:
        """One strongly consistent read of everything that the answer rests on (ATTACKS M3)."""
        documents = (*caller.documents, *token.documents, audience.document)
        keys = keys_of(token.own)
        standing = self.state.standing(StandingQuestion(frozenset(each.ref for each in documents), keys))
        _check_current(documents, standing)
        return is_revoked(keys, token.own.issued_at, standing.revocations)


def _check_current(documents: tuple[DocumentVersion, ...], standing: Standing) -> None:
    moved = [ref for ref, version in documents if standing.versions.get(ref, 0) != version]
    if moved:
        raise TrustMoved(Reason.TRUST_CHANGED, ", ".join(f"{ref.kind} {ref.id}" for ref in moved))
