"""Risk scores as this process last heard of them. The commit compares them with what is true by then."""

from collections import OrderedDict
from collections.abc import Mapping as ReadOnly
from threading import Lock

from federation.model.risk import RiskKey, RiskScore

MAX_KNOWN = 10_000


class KnownRisks:
    """At most `limit` scores, those that were learnt last; safe to share between threads.

    A score that is not known is taken for none. That is no guess that anything is minted on: whoever decides with it
    says so, and the commit refuses where there is one.
    """

    def __init__(self, limit: int = MAX_KNOWN) -> None:
        self._limit = limit
        self._lock = Lock()
        self._scores: OrderedDict[RiskKey, RiskScore] = OrderedDict()

    def get(self, key: RiskKey) -> RiskScore | None:
        """None: none is known."""
        with self._lock:
            return self._scores.get(key)

    def learn(self, scores: ReadOnly[RiskKey, RiskScore | None]) -> None:
        """What a strongly consistent read has shown. None: there is no score any more."""
        with self._lock:
            for key, score in scores.items():
                self._scores.pop(key, None)
                if score is not None:
                    self._scores[key] = score
            while len(self._scores) > self._limit:
                self._scores.popitem(last=False)
