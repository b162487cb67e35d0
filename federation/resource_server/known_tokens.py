"""Tokens whose signature was checked a moment ago, by their digest. No token is kept as text."""

from hashlib import sha256

import msgspec

from federation.resource_server.jwts import KnownKey
from federation.resource_server.registered import Registered
from federation.resource_server.status_lists import Place

MOST = 512
"""Tokens of a generation; there are two. A token has a kilobyte."""


class KnownToken(msgspec.Struct, frozen=True, gc=False):
    """What does not change while the token lives: that this key signed these claims, for this service."""

    payload: bytes
    said: Registered
    key: KnownKey
    place: Place


def token_digest(token: bytes) -> bytes:
    """SHA-256."""
    return sha256(token).digest()


class KnownTokens:
    """The newest of them: bounded, however many come. Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._newer: dict[bytes, KnownToken] = {}
        self._older: dict[bytes, KnownToken] = {}

    def find(self, digest: bytes) -> KnownToken | None:
        """The token of that digest; None: it was not seen lately."""
        found = self._newer.get(digest)
        if found is None:
            found = self._older.get(digest)
            if found is not None:
                self.add(digest, found)
        return found

    def add(self, digest: bytes, token: KnownToken) -> None:
        """Only a token whose signature and claims were checked."""
        if len(self._newer) >= self._most:
            self._older, self._newer = self._newer, {}
        self._newer[digest] = token

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)
