"""Secrets for every process, in memory."""

import os
from threading import Lock

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


class FakeNonceSecrets:
    """Keeps them in `kept`; `failing`: cannot be reached."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: dict[int, bytes] = {}
        self.failing = False

    def secret(self, period: int) -> bytes:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "nonce secrets")
        with self._lock:
            return self.kept.setdefault(period, os.urandom(32))
