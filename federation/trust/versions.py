"""Which version every document had when it was last looked at: what is remembered is right as long as that stands.

One look asks for everything whose turn it is, so what did not move costs one read, however much of it there is.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from collections.abc import Mapping as ReadOnly
from threading import Lock, local

from msgspec import Struct

from federation.model.names import counts_holders
from federation.model.trust import DocumentRef
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import Clock, CurrentState, CurrentVersionsQuery

TTL = 30.0
"""Seconds between two looks (ATTACKS C11, F11)."""
ABSENT_TTL = 5.0
"""Seconds, where there is no such document: it may be written any moment."""
MAX_STALE = 1800.0
"""Seconds for which the last versions stand while no look succeeds (ATTACKS F25)."""
COOL_DOWN = 5.0
"""Seconds between attempts meanwhile, so that not every request waits for a store that is down."""
MAX_KNOWN = 5_000
AT_ONCE = 100
"""Documents in one look: what one read of the store takes."""


class _Seen(Struct):
    version: int
    """0: there was no such document."""
    looked_at: float
    """When a look began."""
    good_until: float


class KnownVersions:
    """Safe to share between threads."""

    def __init__(self, state: CurrentState, clock: Clock, ttl: float = TTL) -> None:
        self._state = state
        self._clock = clock
        self._ttl = ttl
        self._lock = Lock()
        self._seen: OrderedDict[DocumentRef, _Seen] = OrderedDict()
        self._request = local()

    def still(self, rests_on: ReadOnly[DocumentRef, int], *, touches: bool = True) -> bool:
        """Whether these are the current versions; raises TemporarilyUnavailable if that cannot be known.

        `touches`: what is asked counts as what the request in this thread rests on.
        """
        current = self.of(rests_on) if touches else self._known(rests_on)
        return all(current[ref] == version for ref, version in rests_on.items())

    def of(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        """Their versions, 0 where there is no such document; looked at if it is their turn."""
        found = self._known(refs)
        self._touch(found)
        return found

    def _known(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        due = [ref for ref in refs if not self._is_fresh(ref)]
        if due:
            self._look_in_time(due)
        with self._lock:
            return {ref: self._seen[ref].version if ref in self._seen else 0 for ref in refs}

    def last_seen(self, refs: Iterable[DocumentRef]) -> dict[DocumentRef, int]:
        """Those that are known at all, however old that is; nothing is read."""
        with self._lock:
            return {ref: self._seen[ref].version for ref in refs if ref in self._seen}

    def learn(self, versions: ReadOnly[DocumentRef, int], since: float) -> None:
        """`since`: when the read of them began. An older look never replaces a newer one."""
        with self._lock:
            for ref, version in versions.items():
                self._learn(ref, version, since)
            while len(self._seen) > MAX_KNOWN:
                self._seen.popitem(last=False)

    def forget(self) -> None:
        """Everything is looked at before it is used again."""
        with self._lock:
            self._seen.clear()

    def begin(self) -> None:
        """A request begins to decide in this thread."""
        self._request.touched = {}

    def touched(self) -> dict[DocumentRef, int]:
        """What the request in this thread has rested on so far: the version that it saw first."""
        found: dict[DocumentRef, int] = getattr(self._request, "touched", {})
        return dict(found)

    def look_again(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        """Their versions at this moment; no read for none. Raises TemporarilyUnavailable."""
        return self._look(refs) if refs else {}

    def _touch(self, versions: ReadOnly[DocumentRef, int]) -> None:
        touched = getattr(self._request, "touched", None)
        if touched is not None:
            for ref, version in versions.items():
                touched.setdefault(ref, version)

    def _is_fresh(self, ref: DocumentRef) -> bool:
        with self._lock:
            seen = self._seen.get(ref)
            # A clock that was set back tells nothing about age: look again.
            if seen is None or not seen.looked_at <= self._clock.now() < seen.good_until:
                return False
            self._seen.move_to_end(ref)
            return True

    def _look_in_time(self, due: Collection[DocumentRef]) -> None:
        try:
            self._look(list(dict.fromkeys((*due, *self._also_due())))[: max(AT_ONCE, len(due))])
        except TemporarilyUnavailable:
            if not self._bridged(due):
                raise

    def _also_due(self) -> list[DocumentRef]:
        """What else will be asked for soon, the most recent first."""
        now = self._clock.now()
        with self._lock:
            return [ref for ref in reversed(self._seen) if self._seen[ref].good_until <= now][:AT_ONCE]

    def _look(self, refs: Iterable[DocumentRef]) -> dict[DocumentRef, int]:
        since, asked = self._clock.now(), frozenset(refs)
        current = self._state.standing(CurrentVersionsQuery(documents=asked)).versions
        found = {ref: current.get(ref, 0) for ref in asked}
        self.learn(found, since)
        return found

    def _learn(self, ref: DocumentRef, version: int, since: float) -> None:
        seen = self._seen.get(ref)
        if seen is None or seen.looked_at <= since or seen.looked_at > self._clock.now():
            life = self._ttl if version or counts_holders(ref) else min(self._ttl, ABSENT_TTL)
            self._seen[ref] = _Seen(version, since, since + life)
            self._seen.move_to_end(ref)

    def _bridged(self, due: Collection[DocumentRef]) -> bool:
        """Whether the last look may stand in, because no look succeeds."""
        now = self._clock.now()
        with self._lock:
            kept = [self._seen[ref] for ref in due if ref in self._seen]
            if len(kept) < len(due) or not all(0 <= now - one.looked_at <= MAX_STALE for one in kept):
                return False
            for one in kept:
                one.good_until = now + COOL_DOWN
            return True
