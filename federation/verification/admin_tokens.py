"""The bridge's own tokens as keys to its own doors: audience `federation-admin`, and a scope per door (ATTACKS O1)."""

from msgspec import Struct

from federation.model.admin import ADMIN_AUDIENCE
from federation.model.own_claims import OwnClaims
from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.compact import UnverifiedJwt
from federation.verification.own_tokens import OwnTokenVerifier


class AdminTokens(Struct, frozen=True):
    """Tokens of admins (RFC 6750, RFC 9449 section 7.1)."""

    own: OwnTokenVerifier

    def unproven(self, jwt: UnverifiedJwt, scope: str) -> tuple[VerifiedToken, OwnClaims]:
        """The token of an admin who may do what `scope` says; raises InvalidToken, or TemporarilyUnavailable.

        Whether the caller has the key that it is bound to, and whether it was revoked, is still to be asked.
        """
        verified, own = self._verified(jwt)
        _check_scope(own, scope)
        return verified, own

    def _verified(self, jwt: UnverifiedJwt) -> tuple[VerifiedToken, OwnClaims]:
        try:
            verified = self.own.verify(jwt, TokenType.ACCESS_TOKEN)
        except InvalidRequest as error:
            raise InvalidToken(error.reason, error.detail) from error
        if verified.own is None or verified.own.audiences != (ADMIN_AUDIENCE,):
            raise InvalidToken(Reason.WRONG_AUDIENCE, "not for federation-admin")
        return verified, verified.own


def _check_scope(own: OwnClaims, scope: str) -> None:
    if scope not in own.scopes:
        raise InsufficientScope(Reason.MISSING_SCOPE, scope)
