"""What is held of one issuer's keys, as a value with transitions (ATTACKS B1, B9, B10; faults F17, F19)."""

from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.discovery import KeysRefused, PublishedKeys
from federation.verification.jwk import VerificationKey
from federation.verification.jwk_set import JwkSet

FRESH = 10 * 60
"""Seconds for which keys are used without asking: a withdrawn key lives no longer than this (B13)."""
MAX_STALE = 4 * 60 * 60
"""Seconds since the last good answer for which keys still hold while their issuer is silent."""
COOL_DOWN = 60
"""Seconds between two questions, whatever tokens arrive."""
COOL_DOWN_WITHOUT_KEYS = 10
"""The same as long as there are no keys at all: every token of the issuer waits for the answer."""


class ResolvedKey(NamedTuple):
    """A key, and whether it is used although its issuer could not be asked lately."""

    key: VerificationKey
    stale: bool


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """The last good set of an issuer. Times: seconds since the epoch."""

    issuer: str
    """Id of the Issuer document."""
    fixed: bool = False
    """The keys stand in the document itself: read once, never asked for."""
    keys: JwkSet | None = None
    origin: str | None = None
    fetched_at: float = -inf
    asked_at: float = -inf
    failure: str = ""

    def due(self, kid: str | None, now: float) -> bool:
        """Whether the issuer should be asked, and may be."""
        if self.fixed:
            return self.asked_at == -inf
        if self._is_fresh(now) and (kid is None or self._knows(kid)):
            return False
        pause = COOL_DOWN if self.keys else COOL_DOWN_WITHOUT_KEYS
        return not _within(pause, self.asked_at, now)

    def choose(self, kid: str | None, algorithm: SignatureAlgorithm, now: float) -> ResolvedKey:
        """The key to verify with; raises InvalidRequest, or TemporarilyUnavailable if keys are missing or too old."""
        stale = not self._is_fresh(now)
        if self.keys is None or now - self.fetched_at > MAX_STALE:
            raise self._unavailable("no keys")
        if stale and kid is not None and not self._knows(kid):
            # It may well be the issuer's new key: saying that there is none would be a guess.
            raise self._unavailable("stale keys without that kid")
        return ResolvedKey(self.keys.select(kid, algorithm), stale)

    def renewed(self, published: PublishedKeys, now: float) -> tuple["HeldKeys", tuple[str, ...]]:
        """The value after an answer, and what is odd about it; raises KeysRefused rather than lose a good set."""
        if self.keys and self.keys.keys and not published.keys.keys:
            raise KeysRefused("no usable key is left in the set")
        held = replace(
            self,
            keys=published.keys,
            origin=self.origin or published.origin,
            fetched_at=inf if self.fixed else now,
            asked_at=now,
            failure="",
        )
        return held, self._oddities(published.keys)

    def after_failure(self, failure: str, now: float) -> "HeldKeys":
        """The value after a failure: nothing is lost but the right to ask again at once."""
        return replace(self, asked_at=now, failure=failure)

    def _oddities(self, keys: JwkSet) -> tuple[str, ...]:
        oddities = []
        if keys.has_private_members:
            oddities.append("the issuer publishes private key members")
        if self.keys and self.keys.by_kid and self.keys.by_kid.keys().isdisjoint(keys.by_kid):
            oddities.append("the issuer replaced all keys at once")
        return tuple(oddities)

    def _is_fresh(self, now: float) -> bool:
        return self.fixed or _within(FRESH, self.fetched_at, now)

    def _knows(self, kid: str) -> bool:
        return self.keys is not None and self.keys.knows(kid)

    def _unavailable(self, what: str) -> TemporarilyUnavailable:
        detail = f"{self.issuer}: {what}: {self.failure}"
        return TemporarilyUnavailable(Reason.ISSUER_KEYS_UNAVAILABLE, detail, retry_after=COOL_DOWN_WITHOUT_KEYS)


def _within(seconds: float, since: float, now: float) -> bool:
    """A clock that jumped back proves nothing about age: then the answer is no (fault F23)."""
    return 0 <= now - since < seconds
