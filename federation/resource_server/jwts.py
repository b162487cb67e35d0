"""JWTs of the bridge, verified with its published keys.

The signature covers header and payload as they are written, and nothing of the payload is read before it was checked.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jwt
import msgspec
from cryptography.hazmat.primitives.hashes import SHA256

from federation.model.signature import EcSignature, EdSignature, pkcs1, pss
from federation.oauth.errors import InvalidToken
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.base64url import decode, decode_signed
from federation.resource_server.fetch import MAX_BYTES, Fetch
from federation.resource_server.published import Document, Held, Published
from federation.resource_server.waiting import settle

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
RENEWED = 30.0
"""Seconds after which the keys are fetched again in the background."""
FRESH = 300.0
"""Seconds for which keys are believed without a look at what is published by now."""
COOL_DOWN = 10.0
"""Seconds between two looks for a key that is not known."""
MAX_TOKEN = 8 * 1024
"""Bytes; the bridge issues none that is larger."""
MAX_HEADER = 2 * 1024
_MOST_HEADERS = 64
_SET_BACK = 5.0
"""Seconds, as clocks are set by the network."""

Claims: TypeAlias = Mapping[str, Any]
_SIGNATURES: Mapping[str, Any] = {
    "RS256": pkcs1(SHA256()),
    "PS256": pss(SHA256()),
    "ES256": EcSignature(SHA256(), 32),
    "EdDSA": EdSignature(),
}


def read_keys(body: bytes) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK Set with which a bridge may sign, by their `kid`; raises ValueError for what is none."""
    try:
        jwks = msgspec.json.decode(body)
        return {jwk["kid"]: jwt.PyJWK(jwk) for jwk in jwks["keys"] if jwk.get("alg") in ALGORITHMS}
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError, jwt.PyJWTError) as error:
        raise ValueError("no JWK Set of a bridge") from error


class KnownKey:
    """A key that the bridge publishes."""

    __slots__ = ("_verify", "algorithm", "kid")

    def __init__(self, kid: str, jwk: jwt.PyJWK) -> None:
        self.kid = kid
        self.algorithm = jwk.algorithm_name
        self._verify = partial(_SIGNATURES[jwk.algorithm_name].verify, key=jwk.key)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature of the message is by this key."""
        return bool(self._verify(message, signature=signature))


class KnownKeys:
    """A set of keys as it was published, and the headers of tokens that they signed."""

    def __init__(self, body: bytes) -> None:
        """Raises ValueError for a body that is no JWK Set, or has no key."""
        self.body = body
        self.by_kid = {kid: KnownKey(kid, jwk) for kid, jwk in read_keys(body).items()}
        self.headers: dict[str, tuple[str, KnownKey]] = {}
        """Of header as written: its `typ`, and the key. Tokens of one key differ in what follows."""
        if not self.by_kid:
            raise ValueError("no key")


class BridgeKeys:
    """The bridge's keys. Safe to share between threads.

    A key that the bridge publishes no more ends when the set is fetched again, and at the latest when the set is
    FRESH seconds old: also while the bridge cannot be reached. `max_stale`: seconds that are added to that.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Fetch,
        now: Callable[[], float],
        *,
        max_stale: float = 0.0,
        background: bool = False,
    ) -> None:
        self.issuer = issuer
        self.now = now
        self.published = Published(fetch, now, background=background)
        self._max_stale = max_stale
        self._document = self.published.hold(
            Document(issuer + JWKS_PATH, self.published, self._read, Reason.ISSUER_KEYS_UNAVAILABLE)
        )

    def known(self) -> KnownKeys:
        """All that are published; raises NotHeld or TemporarilyUnavailable."""
        return self._document.get()

    def key(self, kid: object) -> KnownKey:
        """Raises InvalidToken for a stranger, NotHeld or TemporarilyUnavailable where that cannot be told."""
        known = self.known()
        if isinstance(kid, str) and kid in known.by_kid:
            return known.by_kid[kid]
        if not 0 <= self._document.age() <= COOL_DOWN:
            raise self._document.look_again()
        raise InvalidToken(Reason.UNKNOWN_KEY)

    def _read(self, body: bytes, now: float, before: KnownKeys | None) -> Held[KnownKeys]:
        known = before if before is not None and before.body == body else KnownKeys(body)
        fresh = now + FRESH
        return Held(known, now, now + RENEWED, fresh, fresh + self._max_stale, _SET_BACK)


class _Parts(NamedTuple):
    header: str
    message: bytes
    payload: str
    signature: bytes


class Signed(NamedTuple):
    """What the bridge signed: the claims' bytes, and the key that did."""

    payload: bytes
    key: KnownKey


class BridgeJwts:
    """Verifies what the bridge signed. `leeway`: seconds by which two clocks may differ."""

    def __init__(self, keys: BridgeKeys, leeway: float = 0.0) -> None:
        self.keys = keys
        self.leeway = leeway

    def verify(self, token: str, typ: str, required: tuple[str, ...], audience: str | None = None) -> dict[str, Any]:
        """The claims of a JWT of that `typ`; raises InvalidToken or TemporarilyUnavailable, and fetches what it needs.

        Times are judged by the keys' clock, and `aud` where an audience is named.
        """
        signed = settle(lambda: self.signed(token, typ, MAX_BYTES))
        claims = read_claims(signed.payload)
        self.check(claims, required, audience)
        return claims

    def signed(self, token: str, typ: str, most: int = MAX_TOKEN) -> Signed:
        """Header and signature; raises InvalidToken, NotHeld or TemporarilyUnavailable. `most`: bytes."""
        parts = _parts(token, most)
        key = self._key(parts.header, typ)
        if not key.verifies(parts.message, parts.signature):
            raise InvalidToken(Reason.BAD_SIGNATURE)
        return Signed(_signed_bytes(parts.payload), key)

    def check(self, claims: Claims, required: tuple[str, ...], audience: str | None) -> None:
        """Raises InvalidToken."""
        for name in required:
            if claims.get(name) is None:
                raise InvalidToken(Reason.MALFORMED_CLAIMS)
        if claims["iss"] != self.keys.issuer:
            raise InvalidToken(Reason.UNTRUSTED_ISSUER)
        if audience is not None and not _is_for(audience, claims["aud"]):
            raise InvalidToken(Reason.WRONG_AUDIENCE)
        issued_at, expires_at = claims["iat"], claims["exp"]
        if type(issued_at) is not int or type(expires_at) is not int:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
        self.check_times(issued_at, expires_at)

    def check_times(self, issued_at: int, expires_at: int) -> None:
        """Raises InvalidToken."""
        now = self.keys.now()
        if expires_at <= now - self.leeway:
            raise InvalidToken(Reason.TOKEN_EXPIRED)
        if issued_at > now + self.leeway:
            raise InvalidToken(Reason.TOKEN_NOT_YET_VALID)

    def _key(self, text: str, typ: str) -> KnownKey:
        known = self.keys.known()
        found = known.headers.get(text)
        if found is None:
            found = self._read_header(text)
            if len(known.headers) < _MOST_HEADERS and known.by_kid.get(found[1].kid) is found[1]:
                known.headers[text] = found
        if found[0] != typ:
            raise InvalidToken(Reason.WRONG_TOKEN_TYP)
        return found[1]

    def _read_header(self, text: str) -> tuple[str, KnownKey]:
        """`typ`, and the key; the key's own algorithm is the only one."""
        header = _members(text)
        typ = str(header.get("typ", "")).lower().removeprefix("application/")
        key = self.keys.key(header.get("kid"))
        if header.get("alg") != key.algorithm or "crit" in header:
            raise InvalidToken(Reason.UNSUPPORTED_ALGORITHM)
        return typ, key


def read_claims(payload: bytes) -> dict[str, Any]:
    """The claims that the bridge signed; raises InvalidToken for what is no JSON object."""
    try:
        claims = msgspec.json.decode(payload)
    except (RecursionError, msgspec.MsgspecError, ValueError) as error:
        raise InvalidToken(Reason.MALFORMED_CLAIMS) from error
    if not isinstance(claims, dict):
        raise InvalidToken(Reason.MALFORMED_CLAIMS)
    return claims


def _signed_bytes(text: str) -> bytes:
    try:
        return decode_signed(text)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error


def _parts(token: str, most: int) -> _Parts:
    """Three segments of a JWS (RFC 7515 section 7.1); raises InvalidToken."""
    if len(token) > most:
        raise InvalidToken(Reason.TOKEN_TOO_LARGE)
    signed, dot, signature = token.rpartition(".")
    header, second, payload = signed.partition(".")
    if not dot or not second or "." in payload or not header or len(header) > MAX_HEADER:
        raise InvalidToken(Reason.MALFORMED_TOKEN)
    try:
        return _Parts(header, signed.encode("ascii"), payload, decode(signature))
    except ValueError as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error


def _members(text: str) -> dict[str, Any]:
    try:
        header = msgspec.json.decode(decode(text))
    except (RecursionError, msgspec.MsgspecError, ValueError) as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error
    if not isinstance(header, dict):
        raise InvalidToken(Reason.MALFORMED_TOKEN)
    return header


def _is_for(audience: str, claim: object) -> bool:
    return claim == audience or (isinstance(claim, list) and audience in claim)
