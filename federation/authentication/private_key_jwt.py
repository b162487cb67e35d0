"""A client that signs an assertion with a key of its own (RFC 7523, OpenID Connect Core section 9)."""

from typing import Protocol

from federation.authentication.proof import Proof
from federation.model.json import Claims, JsonObject
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.trust import Client, Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import ASSERTION_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.verification.algorithms import ALGORITHMS, SignatureAlgorithm, allowed_algorithm
from federation.verification.claims import numeric_date
from federation.verification.compact import UnverifiedJwt
from federation.verification.held_keys import ResolvedKey
from federation.verification.jwk import SIG, VerificationKey
from federation.verification.jwk_set import read_every_key

MAX_LIFETIME = 300
"""Seconds (ATTACKS L3)."""
SKEW = 10
"""Seconds by which a client's clock may be ahead of ours (FAPI 2.0 Security Profile section 5.3.2.1)."""
MAX_JTI = 256


def check_assertion(claims: Claims, client_id: str, audience: str, now: float) -> OneTimeUse:
    """The one time that the assertion may be used; raises InvalidRequest. `audience`: our issuer URL."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss and sub are not the client")
    # One text: with an array, or with the URL of an endpoint, it could be another server's to replay (ATTACKS L1).
    if claims.get("aud") != audience:
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is not our issuer URL alone")
    expires_at = _check_times(claims, now)
    return OneTimeUse(Purpose.CLIENT_ASSERTION, (client_id, read_jti(claims)), expires_at + SKEW)


def _check_times(claims: Claims, now: float) -> int:
    expires_at, issued_at, not_before = (numeric_date(claims, name) for name in ("exp", "iat", "nbf"))
    if expires_at is None or expires_at <= now:
        raise InvalidRequest(Reason.TOKEN_EXPIRED, "exp is missing or past")
    if max(issued_at or 0, not_before or 0) > now + SKEW:
        raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID, "iat or nbf")
    if expires_at - (now if issued_at is None else issued_at) > MAX_LIFETIME:
        raise InvalidRequest(Reason.TOKEN_LIVES_TOO_LONG, f"more than {MAX_LIFETIME} seconds")
    return expires_at


def read_jti(claims: Claims) -> str:
    """What makes the assertion this one and no other."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI or not jti.isprintable():
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "jti")
    return jti


def unfit_for_assertions(jwks: JsonObject) -> str | None:
    """Why a client cannot use this set of public keys; None: it can. Raises KeysUnfit for what is no such set."""
    keys = read_every_key(jwks)
    if keys.authorities:
        return "authorities of certificates (use: x509-svid) sign no assertions; leave them out"
    for number, key in enumerate(keys.keys):
        if not may_sign_assertions(key):
            return f"key {number}: assertions are signed with {', '.join(ASSERTION_ALGORITHMS)}, and use is sig"
    return None


def may_sign_assertions(key: VerificationKey) -> bool:
    """Whether it is a key for signatures of that kind, and for no other's tokens."""
    fits = any(key.fits(ALGORITHMS[name]) for name in ASSERTION_ALGORITHMS)
    return fits and key.use == SIG and key.issuer is None


TYPS = frozenset({"jwt", "client-authentication+jwt"})
"""`typ`, where there is one: a JWT of another slot is none for this one (ATTACKS L8)."""
AS_ISSUER = "(client)"
"""Provider of a client as an issuer of assertions; no document can have it."""


class Keys(Protocol):
    """Public keys between requests."""

    def resolve(self, issuer: Issuer, kid: str | None, algorithm: SignatureAlgorithm) -> ResolvedKey:
        """The key that signed; raises InvalidRequest, or TemporarilyUnavailable where keys are not to be had."""
        ...


class PrivateKeyJwt:
    """Verifies assertions."""

    def __init__(self, keys: Keys, clock: Clock, issuer_url: str) -> None:
        """`issuer_url`: ours, the only audience."""
        self._keys = keys
        self._clock = clock
        self._issuer_url = issuer_url

    def prove(self, client: Client, jwt: UnverifiedJwt) -> Proof:
        """That the client signed; raises InvalidRequest, or TemporarilyUnavailable without its keys."""
        header = jwt.unverified_header
        if header.typ is not None and header.typ.lower() not in TYPS:
            raise InvalidRequest(Reason.WRONG_TOKEN_TYP, "not a client assertion")
        algorithm = allowed_algorithm(header.alg, ASSERTION_ALGORITHMS)
        key = self._keys.resolve(as_issuer(client), header.kid, algorithm).key
        if not may_sign_assertions(key):
            raise InvalidRequest(Reason.UNUSABLE_KEY, "not for assertions")
        if not algorithm.verify(key.public_key, jwt.signing_input, jwt.signature):
            raise InvalidRequest(Reason.BAD_SIGNATURE)
        claims = jwt.unverified_claims  # verified by now
        return Proof(one_time=(check_assertion(claims, client.id, self._issuer_url, self._clock.now()),))


def as_issuer(client: Client) -> Issuer:
    """Whose keys are asked for, filed under a name that no Issuer document can have (ATTACKS B5)."""
    name = f"client:{client.id}"
    return Issuer(
        id=name,
        version=client.version,
        provider=AS_ISSUER,
        issuer=name,
        audiences=(),
        keys=IssuerKeys(jwks=client.auth.jwks, jwks_uri=client.auth.jwks_uri),
        algorithms=ASSERTION_ALGORITHMS,
        max_token_age=MAX_LIFETIME,
        tenant=client.tenant,
    )
