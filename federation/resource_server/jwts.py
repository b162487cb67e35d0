"""JWTs of the bridge, verified with its published keys.

The signature covers header and payload as they are written, and nothing of the payload is read before it was checked.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import jwt
import msgspec
from cryptography.hazmat.primitives.hashes import SHA256

from federation.model.signature import EcSignature, EdSignature, pkcs1, pss
from federation.oauth.errors import InvalidToken
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.base64url import decode_signed, decode_written
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

    __slots__ = ("_key", "_verify", "algorithm", "kid")

    def __init__(self, kid: str, jwk: jwt.PyJWK) -> None:
        self.kid = kid
        self.algorithm = jwk.algorithm_name
        self._verify = _SIGNATURES[jwk.algorithm_name].verify
        self._key = jwk.key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature of the message is by this key."""
        return self._verify(message, self._key, signature) is True


class KnownKeys:
    """A set of keys as it was published, and the headers of tokens that they signed."""

    def __init__(self, body: bytes) -> None:
        """Raises ValueError for a body that is no JWK Set, or has no key."""
        self.body = body
        self.by_kid = {kid: KnownKey(kid, jwk) for kid, jwk in read_keys(body).items()}
        self.headers: dict[bytes, tuple[str, KnownKey]] = {}
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
        written = token_bytes(token, MAX_BYTES)
        signed = settle(lambda: self.signed(written, typ))
        claims = read_claims(signed.payload)
        self.check(claims, required, audience)
        return claims

    def signed(self, token: bytes, typ: str) -> Signed:
        """Header and signature; raises InvalidToken, NotHeld or TemporarilyUnavailable."""
        header, message, payload, signature = _parts(token)
        key = self._key(header, typ)
        if not key.verifies(message, signature):
            raise InvalidToken(Reason.BAD_SIGNATURE)
        return Signed(_signed_bytes(payload), key)

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

    def _key(self, written: bytes, typ: str) -> KnownKey:
        known = self.keys.known()
        found = known.headers.get(written)
        if found is None:
            found = self._read_header(written)
            if len(known.headers) < _MOST_HEADERS and known.by_kid.get(found[1].kid) is found[1]:
                known.headers[written] = found
        if found[0] != typ:
            raise InvalidToken(Reason.WRONG_TOKEN_TYP)
        return found[1]

    def _read_header(self, written: bytes) -> tuple[str, KnownKey]:
        """`typ`, and the key; the key's own algorithm is the only one."""
        header = _members(written)
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


def token_bytes(token: str, most: int = MAX_TOKEN) -> bytes:
    """As it was sent; raises InvalidToken for what is too large or has other characters. `most`: bytes."""
    if len(token) > most:
        raise InvalidToken(Reason.TOKEN_TOO_LARGE)
    try:
        return token.encode("ascii")
    except UnicodeEncodeError as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error


def _signed_bytes(written: bytes) -> bytes:
    try:
        return decode_signed(written)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error


def _parts(token: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Header, what is signed, payload, and the signature's bytes (RFC 7515 section 7.1); raises InvalidToken."""
    message, dot, signature = token.rpartition(b".")
    header, second, payload = message.partition(b".")
    if not dot or not second or b"." in payload or not header or len(header) > MAX_HEADER:
        raise InvalidToken(Reason.MALFORMED_TOKEN)
    try:
        return header, message, payload, decode_written(signature)
    except ValueError as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error


def _members(written: bytes) -> dict[str, Any]:
    try:
        header = msgspec.json.decode(decode_written(written))
    except (RecursionError, msgspec.MsgspecError, ValueError) as error:
        raise InvalidToken(Reason.MALFORMED_TOKEN) from error
    if not isinstance(header, dict):
        raise InvalidToken(Reason.MALFORMED_TOKEN)
    return header


def _is_for(audience: str, claim: object) -> bool:
    return claim == audience or (isinstance(claim, list) and audience in claim)
