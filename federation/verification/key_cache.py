"""Issuers' keys between requests: who may be asked when, and what holds while an issuer is silent.

Keys are filed by Issuer document, so two issuers with the same `kid` never meet (ATTACKS B5). A new version of the
document drops what was cached: writing it again is how an admin evicts a compromised key everywhere at once (B13).
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeAlias

from federation.model.trust import Issuer
from federation.ports import Clock, FetchFailed
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.discovery import KeySource, KeysRefused
from federation.verification.held_keys import HeldKeys, ResolvedKey

Alarm: TypeAlias = Callable[[str, str], None]
"""(id of the Issuer document, what happened): something that a person should look at."""

CAPACITY = 1000
"""Issuers."""

_log = logging.getLogger(__name__)


def log_alarm(issuer: str, what: str) -> None:
    """An alarm as a warning in the log."""
    _log.warning("issuer keys: %s: %s", issuer, what)


class KeyCache:
    """The keys of every issuer in use. Safe for threads; one issuer's slow keys delay nobody else's."""

    def __init__(self, source: KeySource, clock: Clock, alarm: Alarm = log_alarm, capacity: int = CAPACITY) -> None:
        self._source = source
        self._clock = clock
        self._alarm = alarm
        self._capacity = capacity
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._lock = Lock()

    def resolve(self, issuer: Issuer, kid: str | None, algorithm: SignatureAlgorithm) -> ResolvedKey:
        """The key that signed; fetches only if it must and may.

        Raises InvalidRequest for a key that the issuer does not publish or that is unfit, and TemporarilyUnavailable
        if the issuer's keys are not to be had.
        """
        slot = self._slot(issuer)
        if slot.held.due(kid, self._clock.now()):
            self._refresh(slot, issuer, kid)
        return slot.held.choose(kid, algorithm, self._clock.now())

    def evict(self, issuer: str) -> None:
        """Forget the keys of an Issuer document: beats serving them while their issuer is silent."""
        with self._lock:
            self._slots.pop(issuer, None)

    def _slot(self, issuer: Issuer) -> "_Slot":
        with self._lock:
            slot = self._slots.get(issuer.id)
            if slot is None or slot.version != issuer.version:
                slot = self._slots[issuer.id] = _Slot(issuer)
            self._slots.move_to_end(issuer.id)
            if len(self._slots) > self._capacity:
                self._slots.popitem(last=False)
            return slot

    def _refresh(self, slot: "_Slot", issuer: Issuer, kid: str | None) -> None:
        """One fetch for all who wait; whoever waited finds that none is due any more."""
        with slot.lock:
            now = self._clock.now()
            if slot.held.due(kid, now):
                slot.held = self._reload(slot.held, issuer, now)

    def _reload(self, held: HeldKeys, issuer: Issuer, now: float) -> HeldKeys:
        try:
            published = self._source.load(issuer, held.origin)
            renewed, oddities = held.renewed(published, now)
        except FetchFailed as error:
            return held.after_failure(str(error), now)
        except KeysRefused as error:
            self._alarm(issuer.id, str(error))
            return held.after_failure(str(error), now)
        for oddity in oddities:
            self._alarm(issuer.id, oddity)
        return renewed


class _Slot:
    """One version of one Issuer document. `held` is an immutable value that is replaced, never changed."""

    __slots__ = ("held", "lock", "version")

    def __init__(self, issuer: Issuer) -> None:
        self.version = issuer.version
        self.held = HeldKeys(issuer=issuer.id, fixed=issuer.keys.jwks is not None)
        self.lock = Lock()
