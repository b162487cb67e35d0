"""Every directory on the trust table over others, which are asked as seldom as may be.

What was changed or disabled is noticed by the commit whatever lies here, and `forget` follows. What was *added* holds
after TTL seconds at the latest: at once for an identity that had no mapping, since that is not remembered.
"""

from collections.abc import Sequence
from typing import Protocol

from federation.model.trust import Audience, Client, Issuer, Mapping, Selector
from federation.ports import AudienceDirectory, ClientsById, Clock, IssuerDirectory, MappingIndex, MappingsById
from federation.trust.bounded import BoundedCache
from federation.trust.kept import Kept

TTL = 30.0
"""Seconds (ATTACKS C11, F11)."""
NO_PATTERNS_TTL = 5.0
"""Seconds for which an issuer is known to have no patterns: its unmapped identities cost one read, not two."""
STRANGER_TTL = 5.0
"""Seconds for which a client is known not to be there, or not to be enabled."""
MAX_LOOKUPS = 1_000
"""About 2.5 MiB (measured): a warm runtime must not keep growing."""
MAX_ISSUERS = 1_000


class Lookups(MappingIndex, MappingsById, ClientsById, Protocol):
    """Whatever there may be too many of to know them all."""


class CachedTrust:
    """Safe to share between threads."""

    def __init__(
        self,
        issuers: IssuerDirectory,
        audiences: AudienceDirectory,
        lookups: Lookups,
        clock: Clock,
        ttl: float = TTL,
    ) -> None:
        self._ttl = ttl
        self._issuers = Kept(issuers.issuers, clock, ttl)
        self._audiences = Kept(audiences.audiences, clock, ttl)
        self._lookups = lookups
        self._exact: BoundedCache[tuple[Mapping, ...]] = BoundedCache(clock, MAX_LOOKUPS)
        self._by_id: BoundedCache[Mapping] = BoundedCache(clock, MAX_LOOKUPS)
        self._clients: BoundedCache[Client] = BoundedCache(clock, MAX_LOOKUPS)
        self._strangers: BoundedCache[tuple[Client, ...]] = BoundedCache(clock, MAX_LOOKUPS)
        self._patterns: BoundedCache[tuple[Mapping, ...]] = BoundedCache(clock, MAX_ISSUERS)

    def issuers(self) -> tuple[Issuer, ...]:
        """The last good ones for a while if they cannot be read."""
        return self._issuers.get()

    def audiences(self) -> tuple[Audience, ...]:
        """The last good ones for a while if they cannot be read."""
        return self._audiences.get()

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """What was found is kept; that nothing was found is not."""
        key = (issuer, *selectors)
        kept = self._exact.get(key)
        if kept is not None:
            return kept
        generation = self._exact.generation
        found = self._lookups.exact(issuer, selectors)
        if found:
            self._exact.put(key, found, self._ttl, generation)
        return found

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """That there are none is kept as well, but not as long."""
        kept = self._patterns.get(issuer)
        if kept is not None:
            return kept
        generation = self._patterns.generation
        found = self._lookups.patterns(issuer)
        self._patterns.put(issuer, found, self._ttl if found else min(self._ttl, NO_PATTERNS_TTL), generation)
        return found

    def mapping(self, id_: str) -> Mapping | None:
        """What was found is kept; that nothing was found, or a disabled one, is not: it may be enabled any moment."""
        kept = self._by_id.get(id_)
        if kept is not None:
            return kept
        generation = self._by_id.generation
        found = self._lookups.mapping(id_)
        if found is not None and found.enabled:
            self._by_id.put(id_, found, self._ttl, generation)
        return found

    def client(self, id_: str) -> Client | None:
        """What was found is kept; that nothing was found, or a disabled one, for seconds and in a place of its own.

        So junk costs no read and takes no longer than a client (ATTACKS L10), and pushes nobody out (Q4).
        """
        kept = self._clients.get(id_)
        if kept is not None:
            return kept
        refused = self._strangers.get(id_)
        if refused is not None:
            return refused[0] if refused else None
        generation = self._clients.generation
        found = self._lookups.client(id_)
        if found is not None and found.enabled:
            self._clients.put(id_, found, self._ttl, generation)
        else:
            self._strangers.put(id_, (found,) if found else (), min(self._ttl, STRANGER_TTL), generation)
        return found

    def forget(self) -> None:
        """Everything is read again when it is next asked for."""
        self._issuers.forget()
        self._audiences.forget()
        self._exact.forget()
        self._by_id.forget()
        self._clients.forget()
        self._strangers.forget()
        self._patterns.forget()
