"""Who comes in: a one-time link makes a session, and a session is a cookie that scripts cannot read."""

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Final

LINK_LIFE: Final = 600.0
"""Seconds in which a link may be opened."""
SESSION_LIFE: Final = 12 * 3600.0
"""Seconds."""
MOST_SESSIONS: Final = 16
"""At once; the oldest one ends for the next."""


class Door:
    """Keeps digests alone, in this process alone. Clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._link: tuple[bytes, float] | None = None
        self._sessions: dict[bytes, float] = {}

    def new_link(self) -> str:
        """A secret that opens the door once. The one before it opens nothing any more."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._link = (_digest(secret), self._clock() + LINK_LIFE)
        return secret

    def enter(self, secret: str) -> str | None:
        """A new session, or None. A link that was right is spent; a wrong guess spends nothing."""
        with self._lock:
            if self._link is None or self._clock() >= self._link[1]:
                return None
            if not secrets.compare_digest(self._link[0], _digest(secret)):
                return None
            self._link = None
            return self._begin()

    def knows(self, session: str) -> bool:
        """Whether the session has begun, and has not ended."""
        with self._lock:
            return self._sessions.get(_digest(session), 0.0) > self._clock()

    def leave(self, session: str) -> None:
        """End it."""
        with self._lock:
            self._sessions.pop(_digest(session), None)

    def _begin(self) -> str:
        session, now = secrets.token_urlsafe(32), self._clock()
        living = {digest: end for digest, end in self._sessions.items() if end > now}
        kept = list(living.items())[-(MOST_SESSIONS - 1) :]
        self._sessions = {**dict(kept), _digest(session): now + SESSION_LIFE}
        return session


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogateescape")).digest()
