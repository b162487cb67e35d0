"""Risk scores as this process last heard of them. The commit compares them with what is true by then."""

from collections.abc import Mapping as ReadOnly

from federation.model.risk import RiskKey, RiskScore
from federation.ports import Clock
from federation.trust.bounded import BoundedCache
from federation.trust.versions import TTL

MAX_KNOWN = 10_000


class KnownRisks:
    """At most `limit` scores, each for half a minute; safe to share between threads.

    A score that is not known is taken for none. That is no guess that anything is minted on: whoever decides with it
    says so, and the commit refuses where there is one. So a high score must be forgotten after a while, or whoever is
    refused for it never gets as far as to the commit, which alone would know that it was lowered.
    """

    def __init__(self, clock: Clock, limit: int = MAX_KNOWN) -> None:
        self._scores = BoundedCache[RiskScore | None](clock, limit)

    def get(self, key: RiskKey) -> RiskScore | None:
        """None: none is known."""
        return self._scores.get(key)

    def learn(self, scores: ReadOnly[RiskKey, RiskScore | None]) -> None:
        """What a strongly consistent read has shown. None: there is no score any more."""
        for key, score in scores.items():
            self._scores.put(key, score, TTL, self._scores.generation)
