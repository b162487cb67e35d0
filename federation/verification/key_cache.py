"""Issuers' keys between requests: who may be asked when, and what holds while an issuer is silent.

Keys are filed by Issuer document, so two issuers with the same `kid` never meet (ATTACKS B5). A new version of the
document drops what was cached: writing it again is how an admin evicts a compromised key everywhere at once (B13).
Before an issuer is asked, the second level is: what another process of ours knows costs no fetch, and stands in while
the issuer cannot be reached (F18).
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from math import inf
from threading import Lock
from typing import TypeAlias

from federation.model.trust import Issuer
from federation.oauth.errors import OAuthError
from federation.ports import Clock, FetchFailed
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.discovery import IssuerMisconfigured, KeySource, KeysRefused
from federation.verification.held_keys import HeldAuthorities, HeldKeys, ResolvedKey
from federation.verification.jwk import SIG
from federation.verification.second_level import SecondLevel

Alarm: TypeAlias = Callable[[str, str], None]
"""(id of the Issuer document, what happened): something that a person should look at."""

CAPACITY = 1000
"""Issuers."""

_log = logging.getLogger(__name__)


def log_alarm(issuer: str, what: str) -> None:
    """An alarm as a warning in the log."""
    _log.warning("issuer keys: %s: %s", issuer, what)


class KeyCache:
    """The keys of every issuer in use. Safe for threads; one issuer's slow keys delay no other's."""

    def __init__(
        self,
        source: KeySource,
        clock: Clock,
        alarm: Alarm = log_alarm,
        second_level: SecondLevel | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        """`second_level`: None where there is none; then there are no pushed keys either."""
        self._source = source
        self._clock = clock
        self._alarm = alarm
        self._second_level = second_level
        self._capacity = capacity
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._evicted_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def resolve(self, issuer: Issuer, kid: str | None, algorithm: SignatureAlgorithm, use: str = SIG) -> ResolvedKey:
        """The key that signed; fetches only if it must and may.

        Raises InvalidRequest for a key that the issuer does not publish or that is unfit, and TemporarilyUnavailable
        if the issuer's keys are not to be had.
        """
        held, now = self._held(issuer, kid)
        return held.choose(kid, algorithm, now, use)

    def authorities(self, issuer: Issuer) -> HeldAuthorities:
        """The authorities in a SPIFFE issuer's bundle; raises TemporarilyUnavailable if that is not to be had."""
        held, now = self._held(issuer, None)
        return held.authorities(now)

    def evict(self, issuer: str) -> None:
        """Forget the keys of an Issuer document: beats serving them while their issuer is silent, here and beyond."""
        with self._lock:
            self._slots.pop(issuer, None)
            self._evicted_at[issuer] = self._clock.now()
            if len(self._evicted_at) > self._capacity:
                self._evicted_at.popitem(last=False)

    def _held(self, issuer: Issuer, kid: str | None) -> tuple[HeldKeys, float]:
        """What is held when, once the issuer was asked if that is due."""
        slot, now = self._slot(issuer), self._clock.now()
        if not slot.held.due(kid, now):
            return slot.held, now
        self._refresh(slot, issuer, kid)
        return slot.held, self._clock.now()

    def _slot(self, issuer: Issuer) -> "_Slot":
        with self._lock:
            slot = self._slots.get(issuer.id)
            if slot is None or slot.version != issuer.version:
                slot = self._slots[issuer.id] = _Slot(issuer, self._evicted_at.get(issuer.id, -inf))
            self._slots.move_to_end(issuer.id)
            if len(self._slots) > self._capacity:
                self._slots.popitem(last=False)
            return slot

    def _refresh(self, slot: "_Slot", issuer: Issuer, kid: str | None) -> None:
        """One question for all who wait; who has keys to go on with does not wait behind a slow issuer."""
        if not slot.lock.acquire(blocking=not slot.held.serves(kid, self._clock.now())):
            return
        try:
            self._ask(slot, issuer, kid)
        finally:
            slot.lock.release()

    def _ask(self, slot: "_Slot", issuer: Issuer, kid: str | None) -> None:
        """The second level first, then the issuer: each only if the keys are still due once the lock is held."""
        now = self._clock.now()
        if slot.held.due(kid, now):
            slot.held = self._adopt(slot.held, issuer, now)
        if slot.held.due(kid, now):
            slot.held = self._reload(slot.held, issuer, now)

    def _adopt(self, held: HeldKeys, issuer: Issuer, now: float) -> HeldKeys:
        if self._second_level is None or held.fixed:
            return held
        try:
            shared = self._second_level.load(issuer, now)
        except (OAuthError, KeysRefused) as error:
            self._alarm(issuer.id, f"the second level: {error}")
            return held.without_shared(str(error), now)
        return held.without_shared("nothing was pushed yet", now) if shared is None else held.adopting(shared, now)

    def _reload(self, held: HeldKeys, issuer: Issuer, now: float) -> HeldKeys:
        try:
            published = self._source.load(issuer, held.origin)
            renewed, oddities = held.renewed(published, now)
        except FetchFailed as error:
            return held.after_failure(str(error), now)
        except KeysRefused as error:
            self._alarm(issuer.id, str(error))
            return held.after_failure(str(error), now, misconfigured=isinstance(error, IssuerMisconfigured))
        for oddity in oddities:
            self._alarm(issuer.id, oddity)
        return renewed


class _Slot:
    """One version of one Issuer document. `held` is an immutable value that is replaced, never changed."""

    __slots__ = ("held", "lock", "version")

    def __init__(self, issuer: Issuer, evicted_at: float) -> None:
        self.version = issuer.version
        self.held = HeldKeys.none_of(issuer, evicted_at)
        self.lock = Lock()
