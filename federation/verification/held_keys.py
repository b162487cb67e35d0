"""What is held of one issuer's keys, as a value with transitions (ATTACKS B1, B9, B10; faults F17-F20)."""

from math import inf
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from federation.model.trust import DEFAULT_MAX_STALE, Issuer
from federation.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.discovery import KeysRefused, PublishedKeys
from federation.verification.jwk import SIG, VerificationKey, thumbprints
from federation.verification.jwk_set import JwkSet
from federation.verification.spiffe_id import SPIFFE

THRESHOLD = 5
"""Failures in a row."""
OPEN = 30
"""Seconds without a request then. Afterwards one attempt decides."""


class Circuit(Struct, frozen=True):
    """What is known of one issuer's failures. Times: seconds since the epoch."""

    failures: int = 0
    failed_at: float = -inf

    def allows(self, now: float) -> bool:
        """Whether an attempt may be made."""
        return self.failures < THRESHOLD or not 0 <= now - self.failed_at < OPEN

    def failed(self, now: float) -> "Circuit":
        """After one more failure; a success closes it."""
        return Circuit(self.failures + 1, now)


CLOSED = Circuit()
"""Nothing has failed lately."""


FRESH = 10 * 60
"""Seconds for which keys are used without asking: a revoked key lives no longer than this (B13)."""
MAX_STALE = DEFAULT_MAX_STALE
"""Seconds since the last good answer for which keys still hold while their issuer is silent."""
COOL_DOWN = 60
"""Seconds between two questions, whatever tokens arrive."""
COOL_DOWN_WITHOUT_KEYS = 10
"""The same where an answer is waited for or costs little: there are no keys at all, or they lie in our own store."""
BETWEEN_REPLACEMENTS = 10 * 60
"""Seconds between two exchanges of all keys at once (F19)."""
SKEW = 60
"""Seconds by which the clock of the process that shared keys may be ahead of ours."""


class ResolvedKey(Struct, frozen=True):
    """A key, and how well it is known that its issuer still stands by it."""

    key: VerificationKey
    stale: bool
    """Its issuer could not be asked lately."""
    as_of: float | None = None
    """When the issuer last published or pushed it; None: it stands in the document."""


class HeldAuthorities(NamedTuple):
    """Certificate authorities in a SPIFFE bundle, known as well as a ResolvedKey is."""

    x5c: tuple[str, ...]
    stale: bool
    as_of: float | None = None


class SharedKeys(NamedTuple):
    """Keys that another process of ours has accepted before. Times: seconds since the epoch."""

    keys: JwkSet
    as_of: float | None
    """When the issuer said so."""
    confirmed_at: float
    """Until when it is known that it says nothing else."""
    origin: str | None = None
    replaced_at: float = -inf


class HeldKeys(Struct, frozen=True):
    """The last good set of an issuer. Times: seconds since the epoch."""

    issuer: str
    """Id of the Issuer document."""
    fixed: bool = False
    """The keys stand in the document itself: read once, never asked for."""
    pushed: bool = False
    """The keys lie in our own store, and there alone."""
    bundle: bool = False
    """The keys are a SPIFFE bundle, which may be empty."""
    max_stale: int = MAX_STALE
    evicted_at: float = -inf
    """What was known until then must not be used."""
    keys: JwkSet | None = None
    origin: str | None = None
    fetched_at: float = -inf
    as_of: float | None = None
    replaced_at: float = -inf
    asked_at: float = -inf
    failure: str = ""
    misconfigured: bool = False
    """Whether that failure heals by itself: it does not."""
    circuit: Circuit = CLOSED

    @classmethod
    def none_of(cls, issuer: Issuer, evicted_at: float = -inf) -> "HeldKeys":
        """Nothing is held of the issuer yet."""
        keys = issuer.keys
        fixed = keys.jwks is not None and not keys.pushed
        return cls(issuer.id, fixed, keys.pushed, issuer.provider == SPIFFE, issuer.max_stale, evicted_at)

    def due(self, kid: str | None, now: float) -> bool:
        """Whether the issuer should be asked, and may be."""
        if self.fixed:
            return self.asked_at == -inf
        if self.is_fresh(now) and (kid is None or self._knows(kid)):
            return False
        pause = COOL_DOWN if self._holds(now) and not self.pushed else COOL_DOWN_WITHOUT_KEYS
        return not _within(pause, self.asked_at, now) and self.circuit.allows(now)

    def is_fresh(self, now: float) -> bool:
        """Whether its issuer has said lately that these are its keys."""
        return self.fixed or _within(FRESH, self.fetched_at, now)

    def serves(self, kid: str | None, now: float) -> bool:
        """Whether a token with that `kid` need not wait for the issuer's answer."""
        return self._holds(now) and (kid is None or self._knows(kid))

    def choose(self, kid: str | None, algorithm: SignatureAlgorithm, now: float, use: str = SIG) -> ResolvedKey:
        """The key to verify with; raises InvalidRequest, or TemporarilyUnavailable if keys are missing or too old.

        An issuer whose own words do not fit its document is no passing fault: InvalidRequest.
        """
        keys, stale = self._current(now)
        if stale and kid is not None and not self._knows(kid):
            # It may well be the issuer's new key: saying that there is none would be a guess.
            raise self._unavailable("stale keys without that kid")
        return ResolvedKey(keys.select(kid, algorithm, use), stale, self.as_of)

    def authorities(self, now: float) -> HeldAuthorities:
        """Those that vouch for certificates now; raises TemporarilyUnavailable as `choose` does."""
        keys, stale = self._current(now)
        return HeldAuthorities(keys.authorities, stale, self.as_of)

    def _current(self, now: float) -> tuple[JwkSet, bool]:
        fresh = self.is_fresh(now)
        if self.keys is None or not (fresh or self._may_be_stale(now)):
            raise self._unavailable("no keys")
        return self.keys, not fresh

    def renewed(self, published: PublishedKeys, now: float) -> tuple["HeldKeys", tuple[str, ...]]:
        """The value after an answer, and what is odd about it; raises KeysRefused rather than lose a good set.

        A SPIFFE bundle is all that its trust domain stands by: one in which no usable key is left revokes at once.
        """
        emptied = bool(_names(self.keys)) and not _names(published.keys)
        if emptied and not self.bundle:
            raise KeysRefused("no usable key is left in the set")
        replaced = self.replaces_all(published.keys)
        if replaced and not emptied and _within(BETWEEN_REPLACEMENTS, self.replaced_at, now):
            raise KeysRefused("the issuer replaced all keys twice within ten minutes")
        held = replace(
            self,
            keys=published.keys,
            origin=self.origin or published.origin,
            fetched_at=inf if self.fixed else now,
            as_of=None if self.fixed else now,
            replaced_at=now if replaced and not emptied else self.replaced_at,
            asked_at=now,
            failure="",
            misconfigured=False,
            circuit=CLOSED,
        )
        return held, self._oddities(published.keys, replaced=replaced and not emptied, emptied=emptied)

    def adopting(self, shared: SharedKeys, now: float) -> "HeldKeys":
        """The value with keys that another process knows, unless we know better or they were evicted since."""
        if not self.pushed and not self._is_news(shared, now):
            return self
        return replace(
            self,
            keys=shared.keys,
            origin=shared.origin,
            fetched_at=min(shared.confirmed_at, now),
            as_of=shared.as_of,
            replaced_at=shared.replaced_at,
            asked_at=now if self.pushed else self.asked_at,
            failure="",
            misconfigured=False,
            circuit=CLOSED if self.pushed else self.circuit,
        )

    def without_shared(self, failure: str, now: float) -> "HeldKeys":
        """The value when no other process knows keys: pushed keys have no other source."""
        return self.after_failure(failure, now) if self.pushed else self

    def after_failure(self, failure: str, now: float, *, misconfigured: bool = False) -> "HeldKeys":
        """The value after a failure: nothing is lost but the right to ask again at once."""
        circuit = self.circuit.failed(now)
        return replace(self, asked_at=now, failure=failure, misconfigured=misconfigured, circuit=circuit)

    def replaces_all(self, keys: JwkSet) -> bool:
        """Whether none of the keys and authorities that are held is among these."""
        held = _names(self.keys)
        return bool(held) and held.isdisjoint(_names(keys))

    def _oddities(self, keys: JwkSet, *, replaced: bool, emptied: bool) -> tuple[str, ...]:
        oddities = {
            "the issuer publishes private key members": keys.has_private_members,
            "the issuer replaced all keys at once": replaced,
            "the trust domain revoked all keys: its bundle is empty": emptied,
            "the issuer uses a kid again for another key": self._renames(keys),
        }
        return tuple(oddity for oddity, is_odd in oddities.items() if is_odd)

    def _renames(self, keys: JwkSet) -> bool:
        held = self.keys.by_kid if self.keys else {}
        both = held.keys() & keys.by_kid.keys()
        return any(thumbprints(held[kid]).isdisjoint(thumbprints(keys.by_kid[kid])) for kid in both)

    def _is_news(self, shared: SharedKeys, now: float) -> bool:
        """What we seem to know from the future is of no known age (fault F23)."""
        known_at = self.fetched_at if self.fetched_at <= now else -inf
        return max(known_at, self.evicted_at) < shared.confirmed_at <= now + SKEW

    def _holds(self, now: float) -> bool:
        return self.keys is not None and (self.is_fresh(now) or self._may_be_stale(now))

    def _may_be_stale(self, now: float) -> bool:
        return abs(now - self.fetched_at) <= self.max_stale

    def _knows(self, kid: str) -> bool:
        return self.keys is not None and self.keys.knows(kid)

    def _unavailable(self, what: str) -> OAuthError:
        detail = f"{self.issuer}: {what}: {self.failure}"
        if self.misconfigured:
            return InvalidRequest(Reason.ISSUER_MISCONFIGURED, detail)
        return TemporarilyUnavailable(Reason.ISSUER_KEYS_UNAVAILABLE, detail, retry_after=COOL_DOWN_WITHOUT_KEYS)


def _names(keys: JwkSet | None) -> frozenset[str]:
    """What a set can be used for: its keys, and in a SPIFFE bundle its certificate authorities."""
    return thumbprints(keys.keys).union(keys.authorities) if keys else frozenset()


def _within(seconds: float, since: float, now: float) -> bool:
    """A clock that jumped back proves nothing about age: then the answer is no (fault F23)."""
    return 0 <= now - since < seconds
