"""The secrets of server nonces, in memory."""

import hashlib

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


class FakeNonceSecrets:
    """One secret for each period of a region. Counts what is `asked`; `failing`: cannot be read."""

    def __init__(self, region: str = "eu-central-1") -> None:
        self._region = region
        self.asked: list[int] = []
        self.failing = False

    def secret(self, period: int) -> bytes:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "nonces")
        self.asked.append(period)
        return hashlib.sha256(f"{self._region} {period}".encode()).digest()
