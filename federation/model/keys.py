"""Our signing keys as an immutable value with transitions (MODELS habit 13).

next -> active -> retired -> former. A key signs only once it has been seen in the *fetched* JWKS (ATTACKS R1), for long
enough that no verifier still holds a JWKS without it (R2), and leaves the JWKS only when every token that it may have
signed has died (R3). Only a revocation is in more of a hurry. Times: seconds since the epoch.
"""

from collections.abc import Callable, Collection
from collections.abc import Mapping as ReadOnly
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.model.trust import DocumentRef, DocumentVersion, Kind

SIGNING_KEYS = DocumentRef(Kind.KEY_SET, "signing")

MAX_AGE = 300
"""Seconds for which verifiers, and the CDN before them, may keep the JWKS."""
SEEN_BY_ALL = 2 * MAX_AGE
"""Seconds after which no verifier can still hold a JWKS without the key (ATTACKS R2)."""
CHANGES_KEPT = 20
FORMER_KEPT = 90 * 24 * 60 * 60
"""Seconds for which a key that left is remembered by name."""

PublicJwk: TypeAlias = ReadOnly[str, str]


class KeyState(StrEnum):
    """Where a key of the set stands in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


class KeyEnd(StrEnum):
    """Why a key left the set."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    UNUSED = "unused"


class KeyRefusal(StrEnum):
    """Why the set stays as it is."""

    UNKNOWN = "unknown"
    GONE = "gone"
    LAST = "last"
    UNSEEN = "unseen"
    ALIVE = "alive"


class KeyRefused(Exception):
    """A transition that would break something. The text says what, for admins."""

    def __init__(self, refusal: KeyRefusal, explained: str = "") -> None:
        super().__init__(explained)
        self.refusal = refusal


class SigningKey(Struct, frozen=True):
    """A key pair whose private half never leaves KMS."""

    kid: str
    """Algorithm and RFC 7638 thumbprint of the public key."""
    algorithm: str
    kms_key: str
    """ARN or id."""
    jwk: PublicJwk
    """The public key with `kid`, `alg` and `use` (RFC 7517)."""
    state: KeyState = KeyState.NEXT
    published_at: int | None = None
    """Since when the key has been in the fetched JWKS."""
    active_since: int | None = None
    leaves_at: int | None = None
    """Of a retired key: when every token that it may have signed has died."""

    def seen(self, now: int) -> bool:
        """Whether every verifier has it by now."""
        return self.published_at is not None and now - self.published_at >= SEEN_BY_ALL


class FormerKey(Struct, frozen=True):
    """A key that verifies nothing any more."""

    kms_key: str
    end: KeyEnd
    left_at: int
    kid: str = ""
    """Empty: it never was in the set."""
    disposed: bool = False
    """Whether KMS was told."""


class KeyChange(Struct, frozen=True):
    """Who moved the set, how and why."""

    order: str
    """Names what was asked for, so that asking twice has one effect."""
    action: str
    kid: str
    """Of the key that was rotated away or revoked."""
    by: str
    why: str
    at: int
    active: str = ""
    """The key that signs since."""
    unseen: bool = False
    """Whether some verifiers may not have had that key yet."""


class KeySet(Struct, frozen=True):
    """All keys whose tokens may still be alive; at most one is active."""

    keys: tuple[SigningKey, ...] = ()
    version: int = 0
    former: tuple[FormerKey, ...] = ()
    changes: tuple[KeyChange, ...] = ()
    """The latest, oldest first."""
    published: str = ""
    """SHA-256 of the JWKS as it was last read back; empty: never."""

    @property
    def document(self) -> DocumentVersion:
        """This version of the set."""
        return DocumentVersion(SIGNING_KEYS, self.version)

    @property
    def active(self) -> SigningKey | None:
        """The key that signs."""
        return next((key for key in self.keys if key.state is KeyState.ACTIVE), None)

    @property
    def jwks(self) -> ReadOnly[str, object]:
        """The public JWK Set (RFC 7517 section 5)."""
        return {"keys": [dict(key.jwk) for key in self.keys]}

    def holds(self, kid: str) -> bool:
        """Whether a key of that id is in the set."""
        return any(key.kid == kid for key in self.keys)

    def knows(self, kms_key: str) -> bool:
        """Whether that key pair is, or was, ours to sign with."""
        return kms_key in {*(key.kms_key for key in self.keys), *(key.kms_key for key in self.former)}

    def standby(self, algorithm: str, now: int) -> SigningKey | None:
        """Of the keys that are to sign next: of that algorithm and seen by all verifiers, where there is one."""
        waiting = [key for key in self.keys if key.state is KeyState.NEXT]
        return max(waiting, key=lambda key: (key.algorithm == algorithm, key.seen(now)), default=None)

    def adding(self, key: SigningKey) -> "KeySet":
        """The set with `key` as one of the next."""
        return replace(self, keys=(*self.keys, replace(key, state=KeyState.NEXT)))

    def with_published(self, kids: Collection[str], at: int) -> "KeySet":
        """The set in which each of `kids` that was not public before is public since `at`."""

        def seen(key: SigningKey) -> SigningKey:
            return replace(key, published_at=at) if key.kid in kids and key.published_at is None else key

        return self._each(seen)

    def with_doubt(self, at: int) -> "KeySet":
        """The set whose waiting keys no verifier had seen before `at`: the JWKS that was read may have lacked them."""

        def doubted(key: SigningKey) -> SigningKey:
            waiting = key.state is KeyState.NEXT and key.published_at is not None
            return replace(key, published_at=at) if waiting else key

        return self._each(doubted)

    def activating(self, kid: str, at: int, leaves_at: int) -> "KeySet":
        """The set in which `kid` signs, and the key that signed before is retired until `leaves_at`."""
        if not self.holds(kid):
            raise KeyRefused(KeyRefusal.UNKNOWN, kid)

        def moved(key: SigningKey) -> SigningKey:
            if key.kid == kid:
                return replace(key, state=KeyState.ACTIVE, active_since=at, leaves_at=None)
            retiring = key.state is KeyState.ACTIVE
            return replace(key, state=KeyState.RETIRED, leaves_at=leaves_at) if retiring else key

        return self._each(moved)

    def rotating(self, algorithm: str, at: int, leaves_at: int) -> "KeySet":
        """The set in which the standby signs; raises KeyRefused where there is none that every verifier has seen."""
        standby = self.standby(algorithm, at)
        if standby is None or standby.algorithm != algorithm:
            raise KeyRefused(KeyRefusal.UNSEEN, "there is no standby yet; one is made within minutes")
        if not standby.seen(at):
            left = SEEN_BY_ALL if standby.published_at is None else standby.published_at + SEEN_BY_ALL - at
            raise KeyRefused(KeyRefusal.UNSEEN, f"the standby can sign in {left} seconds")
        return self.activating(standby.kid, at, leaves_at)

    def revoking(self, kid: str, algorithm: str, at: int) -> "KeySet":
        """The set without `kid`. If it signed, a standby signs at once, even one that not every verifier has seen.

        Raises KeyRefused for a stranger, for a key that has left, and for the last one (ATTACKS O6).
        """
        if not self.holds(kid):
            gone = any(key.kid == kid for key in self.former)
            raise KeyRefused(KeyRefusal.GONE if gone else KeyRefusal.UNKNOWN, kid)
        if self.active is None or self.active.kid != kid:
            return self._without(kid, KeyEnd.REVOKED, at)
        standby = self.standby(algorithm, at)
        if standby is None:
            raise KeyRefused(KeyRefusal.LAST, "no other key could sign in its place")
        return self._without(kid, KeyEnd.REVOKED, at).activating(standby.kid, at, at)

    def removing(self, kid: str, at: int) -> "KeySet":
        """The set without a retired key; raises KeyRefused while a token of it may live (ATTACKS R3)."""
        found = [key for key in self.keys if key.kid == kid]
        if not found:
            raise KeyRefused(KeyRefusal.UNKNOWN, kid)
        if found[0].state is not KeyState.RETIRED or found[0].leaves_at is None or found[0].leaves_at > at:
            raise KeyRefused(KeyRefusal.ALIVE, kid)
        return self._without(kid, KeyEnd.EXPIRED, at)

    def without_dead(self, at: int) -> "KeySet":
        """The set without all that may go."""
        keys = self
        for key in self.keys:
            if key.leaves_at is not None and key.leaves_at <= at:
                keys = keys.removing(key.kid, at)
        return keys

    def dropping(self, kid: str, at: int) -> "KeySet":
        """The set without a key that has never signed; raises KeyRefused for any other."""
        if not any(key.kid == kid and key.state is KeyState.NEXT for key in self.keys):
            raise KeyRefused(KeyRefusal.ALIVE, kid)
        return self._without(kid, KeyEnd.UNUSED, at)

    def rejecting(self, kms_key: str, at: int) -> "KeySet":
        """The set that will never take this key pair in; as it is, if it has."""
        if self.knows(kms_key):
            return self
        return replace(self, former=(*self.former, FormerKey(kms_key, KeyEnd.UNUSED, at)))

    def disposing(self, kms_key: str) -> "KeySet":
        """The set that knows that KMS was told."""
        former = (replace(key, disposed=True) if key.kms_key == kms_key else key for key in self.former)
        return replace(self, former=tuple(former))

    def forgetting(self, at: int, but: str) -> "KeySet":
        """The set without the names of those that left long ago; `but`: a key pair that is remembered for ever."""
        kept = (key for key in self.former if key.kms_key == but or not key.disposed or at - key.left_at < FORMER_KEPT)
        return replace(self, former=tuple(kept))

    def changed_by(self, change: KeyChange) -> "KeySet":
        """The set with that on record."""
        return replace(self, changes=(*self.changes, change)[-CHANGES_KEPT:])

    def did(self, order: str) -> bool:
        """Whether that was carried out."""
        return any(change.order == order for change in self.changes)

    def _without(self, kid: str, end: KeyEnd, at: int) -> "KeySet":
        left = tuple(FormerKey(key.kms_key, end, at, key.kid) for key in self.keys if key.kid == kid)
        return replace(self, keys=tuple(key for key in self.keys if key.kid != kid), former=(*self.former, *left))

    def _each(self, moved: Callable[[SigningKey], SigningKey]) -> "KeySet":
        return replace(self, keys=tuple(map(moved, self.keys)))
