"""Is a token one that we minted, and is it still good (RFC 9068 section 4)."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import ClassVar, TypeAlias

from msgspec import Struct

from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.json import Claims
from federation.model.keys import KeySet, SigningKey
from federation.model.own_claims import OwnClaims, read_own, whole
from federation.model.tokens import VerifiedToken
from federation.model.trust import DocumentRef, DocumentVersion, Issuer, IssuerKeys, Kind
from federation.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken, TemporarilyUnavailable
from federation.oauth.identifiers import AT_JWT, TokenType
from federation.oauth.reasons import Reason
from federation.ports import Clock, KeptTokens
from federation.value import Redacted
from federation.verification.algorithms import allowed_algorithm
from federation.verification.compact import UnverifiedHeader, UnverifiedJwt, check_members, parse_compact
from federation.verification.jwk import VerificationKey, read_jwk

OWN_KINDS = frozenset({TokenType.ACCESS_TOKEN, TokenType.JWT})
SELF = "(self)"
"""Stands in audit records where an issuer's document would be named; no document can have this id."""

CurrentKeySet: TypeAlias = Callable[[], KeySet | None]


class OwnTokenVerifier:
    """Verifies our own access tokens. Every refusal is an InvalidRequest, or TemporarilyUnavailable for lack of keys.

    Whom a token is for is not judged here: a subject token is whomever's it was minted for.
    """

    def __init__(self, issuer: str, key_set: CurrentKeySet, clock: Clock) -> None:
        """`issuer`: our URL. `key_set` may remember for a while: what is released checks its version."""
        self.issuer = issuer
        self._key_set = key_set
        self._clock = clock
        self._self = _self(issuer)

    def verify(self, jwt: UnverifiedJwt, token_type: TokenType) -> VerifiedToken:
        """What the token, sent as `token_type`, proves; raises a typed OAuthError."""
        check_members(jwt.unverified_header)
        if token_type not in OWN_KINDS or jwt.unverified_header.typ != AT_JWT:
            raise InvalidRequest(Reason.WRONG_TOKEN_TYP, f"ours is an access token, declared as {token_type}")
        keys = self._current_keys()
        key = _key(keys, jwt.unverified_header)
        algorithm = allowed_algorithm(jwt.unverified_header.alg, (key.algorithm,))
        if not algorithm.verify(_public_key(key).public_key, jwt.signing_input, jwt.signature):
            raise InvalidRequest(Reason.BAD_SIGNATURE)
        return self._check_claims(jwt, token_type, key, keys.document)

    def _current_keys(self) -> KeySet:
        keys = self._key_set()
        if keys is None:
            raise TemporarilyUnavailable(Reason.KEYS_UNPUBLISHED, retry_after=30)
        return keys

    def _check_claims(
        self, jwt: UnverifiedJwt, token_type: TokenType, key: SigningKey, key_set: DocumentVersion
    ) -> VerifiedToken:
        claims = jwt.unverified_claims  # verified by now: `verify` is the only caller
        if claims.get("iss") != self.issuer:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "iss is not ours")
        own, expires_at = read_own(claims, key_set), whole(claims, "exp")
        if expires_at <= self._clock.now():
            raise InvalidRequest(Reason.TOKEN_EXPIRED, f"{int(self._clock.now() - expires_at)} seconds ago")
        return VerifiedToken(
            issuer=self._self,
            token_type=token_type,
            subject=own.principal,
            issued_at=whole(claims, "iat"),
            expires_at=expires_at,
            digest=jwt.digest,
            claims=claims,
            key_id=key.kid,
            own=own,
        )


def _self(issuer: str) -> Issuer:
    """We as an issuer, for records alone: no document lies behind it, so no version of it is ever checked."""
    return Issuer(SELF, 0, SELF, issuer, audiences=(), keys=IssuerKeys(), algorithms=(), max_token_age=0)


def _key(keys: KeySet, header: UnverifiedHeader) -> SigningKey:
    """Ours of that name, in whatever state: one remembered as the next may sign by now, and only we can use it."""
    found = [key for key in keys.keys if key.kid == header.kid]
    if len(found) != 1:
        raise InvalidRequest(Reason.UNKNOWN_KEY, "no key of ours")
    return found[0]


def _public_key(key: SigningKey) -> VerificationKey:
    return _read_jwk(json.dumps(dict(key.jwk), sort_keys=True))


@lru_cache(maxsize=16)
def _read_jwk(jwk: str) -> VerificationKey:
    return read_jwk(json.loads(jwk))


_REFERENCE = re.compile(r"[A-Za-z0-9_-]{22,128}")
_UNSIGNED = DocumentVersion(DocumentRef(Kind.KEY_SET, "(none)"), 0)
"""In the place of the key set: a reference has no signature, so no version is ever checked."""


class IssuedByUs(Redacted, Struct, frozen=True):
    """Proof: we issued it and it has not expired. Whether it was revoked is another question."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    own: OwnClaims
    claims: Claims
    expires_at: int
    """Seconds since the epoch."""
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on."""


class OwnReferences(Struct, frozen=True):
    """The record of a token of ours, signed or opaque, by its text."""

    signed: OwnTokenVerifier
    kept: KeptTokens
    clock: Clock

    def find(self, text: str) -> IssuedByUs | None:
        """None: malformed, another's, or expired. Raises TemporarilyUnavailable or ServerError."""
        try:
            return self._kept(text) if _REFERENCE.fullmatch(text) else self._signed(text)
        except InvalidRequest:
            return None

    def _signed(self, text: str) -> IssuedByUs | None:
        verified = self.signed.verify(parse_compact(text), TokenType.ACCESS_TOKEN)
        if verified.own is None:
            return None
        return IssuedByUs(verified.own, verified.claims, verified.expires_at, verified.documents)

    def _kept(self, text: str) -> IssuedByUs | None:
        kept = self.kept.kept(sha256(text.encode("ascii")).hexdigest())
        if kept is None or kept.expires_at <= self.clock.now():
            return None
        return IssuedByUs(read_own(kept.claims, _UNSIGNED), kept.claims, kept.expires_at)


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
