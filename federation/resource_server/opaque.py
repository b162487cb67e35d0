"""Opaque tokens, which the bridge alone can tell about (RFC 7662)."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from secrets import token_urlsafe
from typing import Any

import jwt
import msgspec

from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.identifiers import JWT_BEARER_ASSERTION
from federation.oauth.reasons import Reason
from federation.resource_server.fetch import is_safe, post
from federation.resource_server.forks import ForkLock
from federation.resource_server.known_tokens import token_digest

LONGEST = 5.0
"""Seconds for which an answer is remembered, and never beyond the token's `exp`."""
MOST = 1024
"""Answers that are remembered at once."""
MAX_REFERENCE = 256

Ask = Callable[[Mapping[str, str]], bytes]
"""Parameters of the request -> body of a 200 answer; raises OSError."""


def is_reference(token: str) -> bool:
    """Whether the token has the form of an opaque one: a JWT has dots."""
    return 0 < len(token) <= MAX_REFERENCE and token.isascii() and token.replace("-", "").replace("_", "").isalnum()


class _Kept(msgspec.Struct, frozen=True):
    answer: bytes
    until: float


class Introspection:
    """Asks the bridge as a client that the Audience names under `introspection`. Safe to share between threads.

    `key`: the client's private JWK, with `alg` and `kid` (private_key_jwt). `ask`: another way to ask.
    """

    def __init__(
        self,
        issuer: str,
        client: str,
        key: Mapping[str, str],
        *,
        ask: Ask | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError for a key that cannot sign, or a URL to which no token may be sent."""
        if not is_safe(issuer):
            raise ValueError("the bridge's URL is https, or http on this machine")
        try:
            self._key = jwt.PyJWK(dict(key))
        except jwt.PyJWTError as error:
            raise ValueError("key is a private JWK with alg") from error
        self._issuer = issuer
        self._client = client
        self._ask = ask or partial(post, f"{issuer}/introspect")
        self._now = now
        self._kept: dict[bytes, _Kept] = {}
        self._lock = ForkLock()

    def claims(self, token: str, now: float) -> dict[str, Any]:
        """What the bridge says about a good token; raises InvalidToken or TemporarilyUnavailable. Waits for it."""
        digest = token_digest(token.encode("ascii"))
        kept = self._kept.get(digest)
        answer = kept.answer if kept is not None and now < kept.until <= now + LONGEST else self._asked(token)
        claims = _members(answer)
        if claims.pop("active", None) is not True:
            raise InvalidToken(Reason.TOKEN_INACTIVE)
        self._keep(digest, answer, claims.get("exp"), now)
        return claims

    def _asked(self, token: str) -> bytes:
        try:
            return self._ask({"token": token, **self._credentials()})
        except OSError as error:
            raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE) from error

    def _credentials(self) -> dict[str, str]:
        now = int(self._now())
        claims = {"iss": self._client, "sub": self._client, "aud": self._issuer, "iat": now, "exp": now + 60}
        header = {"kid": self._key.key_id} if self._key.key_id else None
        algorithm = self._key.algorithm_name
        assertion = jwt.encode({**claims, "jti": token_urlsafe(16)}, self._key.key, algorithm, header)
        return {"client_assertion": assertion, "client_assertion_type": JWT_BEARER_ASSERTION}

    def _keep(self, digest: bytes, answer: bytes, expires_at: object, now: float) -> None:
        kept = self._kept.get(digest)
        if not isinstance(expires_at, int) or (kept is not None and kept.answer is answer):
            return
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept = {name: kept for name, kept in self._kept.items() if now < kept.until}
            if len(self._kept) < MOST:
                self._kept[digest] = _Kept(answer, min(now + LONGEST, expires_at))


def _members(answer: bytes) -> dict[str, Any]:
    try:
        claims = msgspec.json.decode(answer)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE)
    return claims
