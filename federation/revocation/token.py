"""Revocation of a token by its client, from the bytes of a request to its end (RFC 7009 section 2)."""

from collections.abc import Callable

from msgspec import Struct

from federation.authentication.immediate import CallerAuthentication
from federation.model.own_claims import OwnClaims
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.tokens import Caller
from federation.oauth.errors import InvalidClient, UnauthorizedClient
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.token_request import parse_token_request
from federation.ports import AuditLog, Clock
from federation.revocation.record import RevocationRecord
from federation.revocation.revoker import RevocationRequest, Revoker
from federation.verification.own_tokens import OwnReferences


class TokenRevocation(Struct, frozen=True):
    """Revokes a token and everything that was made from it."""

    callers: CallerAuthentication
    tokens: OwnReferences
    revoker: Revoker
    log: AuditLog
    clock: Clock
    check_source_rate: Callable[[str], None]
    """Whether that source address may ask now: the holder of a token need not say who they are, and to
    look for a reference is a call. Raises TooManyRequests."""

    def __call__(self, http: HttpRequest) -> None:
        """The token is worth nothing from now on; or raises an OAuthError, which has been recorded.

        A token that is worth nothing already is no error (RFC 7009 section 2.2).
        """
        with RevocationRecord(http, self.log, self.clock) as record:
            self.check_source_rate(http.source_ip)
            request = parse_token_request(http)
            record.client = caller = self.callers.authenticate(request.caller)
            token = self.tokens.find(request.token)
            _check_owner(caller, None if token is None else token.own)
            if token is None:
                return
            record.token = own = token.own
            revocation = RevocationRequest(
                key=RevocationKey(RevocationTarget.JTI, own.jti),
                by=caller.client_id or own.client_id,
                reason="by its holder",
                token_expires_at=token.expires_at,
            )
            self.revoker.revoke(revocation, record.facts)


def _check_owner(caller: Caller, own: OwnClaims | None) -> None:
    """A registered client's token is that client's; any other is its holder's, who proves it by having it.

    A client that has only its name proves itself by its own token; without it, it looks like an unknown one (row M7).
    """
    if own is not None and caller.client_id == own.registered_client:
        return
    if caller.is_public:
        raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, f"client {caller.client_id} shows no token of its own")
    if own is not None and caller.client is None:
        raise InvalidClient(Reason.CLIENT_REQUIRED)
    if own is not None:
        raise UnauthorizedClient(Reason.TOKEN_OF_ANOTHER_CLIENT)
