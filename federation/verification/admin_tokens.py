"""The bridge's own tokens as keys to its own doors: audience `federation-admin`, and a scope per door (ATTACKS O1)."""

from dataclasses import dataclass

from federation.model.tokens import OwnClaims, VerifiedToken
from federation.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.compact import UnverifiedJwt
from federation.verification.own_tokens import OwnTokenVerifier

ADMIN_AUDIENCE = "federation-admin"
TRUST_WRITE = "trust:write"


@dataclass(frozen=True, slots=True)
class AdminTokens:
    """Bearer tokens of admins (RFC 6750)."""

    own: OwnTokenVerifier

    def verify(self, jwt: UnverifiedJwt, scope: str) -> VerifiedToken:
        """The token of an admin who may do what `scope` says; raises InvalidToken, or TemporarilyUnavailable."""
        try:
            verified = self.own.verify(jwt, TokenType.ACCESS_TOKEN)
        except InvalidRequest as error:
            raise InvalidToken(error.reason, error.detail) from error
        _check_rights(verified, verified.own, scope)
        return verified


def _check_rights(verified: VerifiedToken, own: OwnClaims | None, scope: str) -> None:
    if own is None or own.audiences != (ADMIN_AUDIENCE,):
        raise InvalidToken(Reason.WRONG_AUDIENCE, "not for federation-admin")
    if "cnf" in verified.claims:
        # A bearer does not prove that the key is theirs (ATTACKS J11).
        raise InvalidToken(Reason.WRONG_TOKEN_TYP, "bound to a key")
    if scope not in own.scopes:
        raise InsufficientScope(Reason.MISSING_SCOPE, scope)
