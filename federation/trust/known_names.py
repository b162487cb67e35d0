"""Which documents have a name, kept as long as the count of changes of who has it stands."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from federation.model.names import NamedIds, holders_of
from federation.ports import Clock
from federation.trust.bounded import BoundedCache
from federation.trust.remembered import Remembered
from federation.trust.versions import TTL, KnownVersions

_K = TypeVar("_K", bound=Hashable)


class KnownNames(Generic[_K]):
    """Safe to share between threads. What no count vouches for is kept for half a minute.

    No request rests on the counts: whoever writes an issuer of another's `iss` makes nobody decide again.
    """

    def __init__(self, versions: KnownVersions, clock: Clock, limit: int) -> None:
        self._versions = versions
        self._clock = clock
        self._counted: Remembered[NamedIds] = Remembered(versions, limit, touches=False)
        self._briefly: BoundedCache[NamedIds] = BoundedCache(clock, limit)

    def get(self, key: _K) -> NamedIds | None:
        """None: it is not known, or somebody may have got the name or lost it since."""
        return self._counted.get(key) or self._briefly.get(key)

    def look_up(self, key: _K, values: Iterable[str], look: Callable[[], NamedIds]) -> NamedIds:
        """What `look` finds, kept if it is somebody's. `values`: of the names.

        A count vouches if it was the same before: one read of several items is no moment, and a write may lie within.
        """
        since, generation = self._clock.now(), self._briefly.generation
        seen = self._versions.last_seen([holders_of(value) for value in values])
        named = look()
        counts = {one.ref: one.version for one in named.counts}
        before = {one.ref: one.version for one in named.before} or seen
        if named.ids:
            self._versions.learn(counts, since)
            if counts and before == counts:
                self._counted.put(key, named, counts)
            else:
                self._briefly.put(key, named, TTL, generation)
        return named

    def forget(self) -> None:
        """Everything is looked up again."""
        self._counted.forget()
        self._briefly.forget()
