"""Ours or foreign: a JWT's `iss` decides, and nothing else in the request (DESIGN section 6, Delegation).

Whoever says to be us is verified as us. So a document that named our URL as somebody's issuer would never be asked.
"""

from msgspec import Struct

from federation.model.tokens import VerifiedToken
from federation.oauth.steps import Step, at
from federation.verification.compact import OF_ISSUERS, parse_compact
from federation.verification.own_tokens import OwnTokenVerifier
from federation.verification.verifier import TokenVerifier, UnverifiedToken


class JwtVerifier(Struct, frozen=True):
    """Verifies any JWT."""

    own: OwnTokenVerifier
    foreign: TokenVerifier

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """What the token proves; raises a typed OAuthError."""
        with at(Step.ISSUER):
            jwt = parse_compact(presented.token, OF_ISSUERS)
        if jwt.unverified_claims.get("iss") == self.own.issuer:
            return self.own.verify(jwt, presented.token_type)
        return self.foreign.verify_jwt(jwt, presented.token_type)
