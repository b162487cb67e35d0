"""A token with which an issuer vouches for its own new keys: signed by a key of it that is trusted already.

It is a JWT (RFC 7519) in the issuer's name, for us, of ten minutes at most, used once, and bound to the very bytes
that it vouches for by the claim `jwks_sha256`: the base64url SHA-256 of the body.
"""

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from federation.model.json import Claims
from federation.model.one_time import OneTimeUse
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest, InvalidToken
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.verification import base64url
from federation.verification.algorithms import allowed_algorithm
from federation.verification.claims import check_jti, check_times
from federation.verification.compact import UnverifiedJwt
from federation.verification.jwk import VerificationKey
from federation.verification.jwk_set import JwkSet

MAX_AGE = 10 * 60
"""Seconds."""
PURPOSE = "push_keys"
TYPS = frozenset({"jwt", "application/jwt"})


class PushToken(Struct, frozen=True):
    """Proof that an issuer vouches for a body."""

    signed_by: VerificationKey
    use: OneTimeUse


class PushTokens(Struct, frozen=True):
    """Verifies them. `own_issuer`: our URL, the only audience."""

    own_issuer: str
    clock: Clock

    def verify(self, jwt: UnverifiedJwt, body: bytes, issuer: Issuer, trusted: JwkSet) -> PushToken:
        """What the token proves; raises InvalidToken.

        Until the signature has been verified nothing is told, not even that there is such an issuer.
        """
        try:
            key = _check_signature(jwt, issuer, trusted)
        except InvalidRequest as error:
            raise InvalidToken(Reason.PUSH_NOT_AUTHORIZED, f"{error.reason.value}: {error.detail}") from error
        try:
            return PushToken(key, self._check_claims(jwt.unverified_claims, body, issuer))
        except InvalidRequest as error:
            raise InvalidToken(error.reason, error.detail) from error

    def _check_claims(self, claims: Claims, body: bytes, issuer: Issuer) -> OneTimeUse:
        if claims.get("iss") != issuer.issuer:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "iss is another")
        if claims.get("aud") not in (self.own_issuer, [self.own_issuer]):
            raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is not this bridge alone")
        short_lived = replace(issuer, max_token_age=min(MAX_AGE, issuer.max_token_age), single_use=True)
        if "iat" not in claims:
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iat is missing")
        times = check_times(claims, short_lived, self.clock.now())
        check_jti(claims, short_lived)
        if claims.get("jwks_sha256") != base64url.encode(sha256(body).digest()).decode("ascii"):
            raise InvalidRequest(Reason.PUSH_NOT_BOUND)
        return OneTimeUse(PURPOSE, (issuer.id, str(claims["jti"])), times.expires_at)


def _check_signature(jwt: UnverifiedJwt, issuer: Issuer, trusted: JwkSet) -> VerificationKey:
    if (jwt.unverified_header.typ or "").lower() not in TYPS:
        raise InvalidRequest(Reason.WRONG_TOKEN_TYP, "typ is not JWT")
    algorithm = allowed_algorithm(jwt.unverified_header.alg, issuer.algorithms)
    key = trusted.select(jwt.unverified_header.kid, algorithm)
    if key.issuer is not None:
        raise InvalidRequest(Reason.UNUSABLE_KEY, "the key is for others' tokens")
    if not algorithm.verify(key.public_key, jwt.signing_input, jwt.signature):
        raise InvalidRequest(Reason.BAD_SIGNATURE)
    return key
