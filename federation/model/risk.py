"""Risk scores: whole numbers from 0 (none) to 100 that halve with time."""

from typing import Literal, NamedTuple

HALF_LIFE = 3600
"""Seconds, where the scorer did not say."""


class RiskKey(NamedTuple):
    """Whose score: a principal's (with its tenant) or an issuer's (id of its document)."""

    what: Literal["principal", "issuer"]
    value: str
    tenant: str | None = None


class RiskScore(NamedTuple):
    """A score as it was when it was set. Times: seconds."""

    score: int
    at: int
    """Since the epoch."""
    half_life: int = HALF_LIFE

    def now(self, now: int) -> int:
        """What is left of it; a clock that runs behind takes nothing away."""
        return int(self.score * 0.5 ** (max(0, now - self.at) / self.half_life))
