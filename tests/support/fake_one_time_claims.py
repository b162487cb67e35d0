"""One-time things that were claimed without a token being issued, in memory."""

from collections.abc import Sequence
from threading import Lock

from federation.model.one_time import OneTimeUse
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock

MARGIN = 300


class FakeOneTimeClaims:
    """Keeps who claimed what; counts `writes`; `failing`: cannot be reached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._claims: dict[tuple[str, ...], tuple[str, int]] = {}
        self.writes = 0
        self.failing = False

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        with self._lock:
            if self.failing:
                raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "claims")
            self.writes += bool(uses)
            keys = [(use.purpose, *use.key) for use in uses]
            taken = [use for key, use in zip(keys, uses, strict=True) if self._taken(key, correlation_id)]
            if taken or len(set(keys)) < len(keys):
                raise AlreadyUsed(*(taken or uses))
            for key, use in zip(keys, uses, strict=True):
                self._claims[key] = (correlation_id, use.expires_at + MARGIN)

    def _taken(self, key: tuple[str, ...], correlation_id: str) -> bool:
        claimed_by, until = self._claims.get(key, (correlation_id, 0))
        return claimed_by != correlation_id and until >= self._clock.now()
