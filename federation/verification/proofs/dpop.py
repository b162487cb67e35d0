"""DPoP proofs (RFC 9449 section 4): who sends this request has this key, now, and for this request alone."""

import hmac
import re
from collections.abc import Mapping as ReadOnly
from hashlib import sha256
from typing import ClassVar

from msgspec import Struct

from federation.model.json import Claims
from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import InvalidDpopProof, InvalidRequest
from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.value import Redacted
from federation.verification import base64url
from federation.verification.algorithms import SignatureAlgorithm, allowed_algorithm
from federation.verification.claims import numeric_date
from federation.verification.compact import OF_PROOFS, UnverifiedJwt, parse_compact
from federation.verification.jwk import SIG, UnusableJwk, VerificationKey, read_jwk, thumbprint

_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]+))?"
    r"(?P<path>/[^?#]*)?(?:[?#].*)?"
)
_DEFAULT_PORTS: ReadOnly[str, str] = {"https": "443", "http": "80"}


def is_one_of(htu: str, urls: frozenset[str]) -> bool:
    """Whether `htu` is one of our configured public URLs; what a request says of its own host counts for nothing.

    Query and fragment are ignored, scheme and host compared without case, a default port may be written. Nothing else
    is the same: `..`, `%2e` and a trailing slash are for a path resolver, which we are not.
    """
    wanted = _parts(htu)
    return wanted is not None and wanted in map(_parts, urls)


def _parts(url: str) -> tuple[str, str, str | None, str | None] | None:
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, port = match["scheme"].lower(), match["port"]
    default = _DEFAULT_PORTS.get(scheme)
    return scheme, match["host"].lower(), default if port is None else port, match["path"]


MAX_PROOF = 4 * 1024
MAX_JTI = 128
TYP = "dpop+jwt"
WINDOW = 60
"""Seconds that `iat` may be from now, on either side."""


class VerifiedProof(Redacted, Struct, frozen=True):
    """Proof of a key, fresh, for this method and URL. Whether it was used before, the commit says."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    jkt: str
    """Thumbprint of the key (RFC 7638)."""
    jti: str
    issued_at: int
    """Seconds since the epoch."""
    nonce: str | None
    claims: Claims

    @property
    def use(self) -> OneTimeUse:
        """The claim that must succeed before anything rests on the proof: kept for as long as it is fresh."""
        return OneTimeUse(Purpose.DPOP, (self.jkt, self.jti), self.issued_at + WINDOW)


class DpopVerifier(Struct, frozen=True):
    """Verifies proofs. Every refusal is an InvalidDpopProof."""

    clock: Clock

    def verify(self, text: str, htm: str, htu: frozenset[str], *, access_token: str | None = None) -> VerifiedProof:
        """What the proof proves. `htu`: the public URLs of this endpoint. `access_token`: what `ath` must name."""
        # 1. Shape: one JWT, made to be a DPoP proof, that two readers cannot read differently.
        jwt = _parse(text)
        # 2. Signature, by the very key that is in the header.
        jkt = thumbprint(_check_signature(jwt))
        # 3. For this request, now, with this token.
        claims = jwt.unverified_claims  # verified by now
        _check_target(claims, htm, htu)
        issued_at = self._check_time(claims)
        if access_token is not None:
            _check_token(claims, access_token)
        return VerifiedProof(jkt, _jti(claims), issued_at, _nonce(claims), claims)

    def _check_time(self, claims: Claims) -> int:
        issued_at = _time(claims)
        if abs(offset := issued_at - self.clock.now()) > WINDOW:
            raise InvalidDpopProof(Reason.STALE_PROOF, f"iat is {offset:+.0f} seconds from now")
        return issued_at


def _time(claims: Claims) -> int:
    try:
        issued_at = numeric_date(claims, "iat")
    except InvalidRequest as error:
        in_milliseconds = error.reason is Reason.TIME_IN_MILLISECONDS
        reason = Reason.STALE_PROOF if in_milliseconds else Reason.INCOMPLETE_PROOF
        raise InvalidDpopProof(reason, error.detail) from error
    if issued_at is None:
        raise InvalidDpopProof(Reason.INCOMPLETE_PROOF, "iat")
    return issued_at


def _parse(text: str) -> UnverifiedJwt:
    if len(text) > MAX_PROOF:
        raise InvalidDpopProof(Reason.MALFORMED_PROOF, "above 4 KiB")
    try:
        jwt = parse_compact(text, OF_PROOFS)
    except InvalidRequest as error:
        raise InvalidDpopProof(Reason.MALFORMED_PROOF, f"{error.reason.value}: {error.detail}") from error
    if jwt.unverified_header.typ != TYP:
        raise InvalidDpopProof(Reason.MALFORMED_PROOF, "typ is not dpop+jwt")
    return jwt


def _check_signature(jwt: UnverifiedJwt) -> VerificationKey:
    algorithm = _algorithm(jwt.unverified_header.alg)
    key = _key(jwt, algorithm)
    if not algorithm.verify(key.public_key, jwt.signing_input, jwt.signature):
        raise InvalidDpopProof(Reason.BAD_PROOF_SIGNATURE)
    return key


def _algorithm(alg: str) -> SignatureAlgorithm:
    try:
        return allowed_algorithm(alg, PROOF_ALGORITHMS)
    except InvalidRequest as error:
        raise InvalidDpopProof(Reason.UNSUPPORTED_PROOF_ALGORITHM) from error


def _key(jwt: UnverifiedJwt, algorithm: SignatureAlgorithm) -> VerificationKey:
    if jwt.unverified_header.jwk is None:
        raise InvalidDpopProof(Reason.MALFORMED_PROOF, "jwk is missing")
    try:
        key = read_jwk(jwt.unverified_header.jwk)
    except UnusableJwk as error:
        raise InvalidDpopProof(Reason.UNUSABLE_PROOF_KEY, str(error)) from None
    # One library writes this header, both `alg` in it; a published key may say Ed25519's older name (RFC 9864).
    if key.use != SIG or not key.fits(algorithm) or key.alg not in (None, algorithm.name):
        raise InvalidDpopProof(Reason.UNUSABLE_PROOF_KEY, "not a key of the algorithm, or for another use")
    return key


def _check_target(claims: Claims, htm: str, htu: frozenset[str]) -> None:
    if _text(claims, "htm") != htm:
        raise InvalidDpopProof(Reason.WRONG_PROOF_TARGET, "htm")
    if not is_one_of(_text(claims, "htu"), htu):
        raise InvalidDpopProof(Reason.WRONG_PROOF_TARGET, "htu")


def _check_token(claims: Claims, access_token: str) -> None:
    wanted = base64url.encode(sha256(access_token.encode()).digest())
    ath = claims.get("ath")
    if not isinstance(ath, str) or not hmac.compare_digest(ath.encode(), wanted):
        raise InvalidDpopProof(Reason.WRONG_PROOF_TOKEN, "ath")


def _jti(claims: Claims) -> str:
    jti = _text(claims, "jti")
    if not 1 <= len(jti) <= MAX_JTI:
        raise InvalidDpopProof(Reason.INCOMPLETE_PROOF, "jti")
    return jti


def _nonce(claims: Claims) -> str | None:
    return _text(claims, "nonce") if "nonce" in claims else None


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise InvalidDpopProof(Reason.INCOMPLETE_PROOF, name)
    return value
