"""Our keys' life: there is always one that signs and one that every verifier has already.

Every run moves the state towards that, and can be repeated after a crash at any point, or run beside others (ATTACKS
F14, R4): each step decides on the key set as it is, and writes on condition that it still is.
"""

import contextlib
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from federation.keys.jwk import signing_key
from federation.keys.orders import Moves
from federation.keys.publication import published_kids
from federation.keys.standbys import Standbys
from federation.minting.current_key import TTL
from federation.model.keys import KeyChange, KeyEnd, KeyRefusal, KeyRefused, KeySet, KeyState, SigningKey
from federation.oauth.errors import OAuthError
from federation.oauth.metadata import JWKS_PATH
from federation.policy.build_authorization import HARD_CAP
from federation.ports import Clock, KeyCustody, KeyOrder, PublicKeys, Publisher

SKEW = 5 * 60
"""Seconds that a verifier's clock may be behind."""
OUTLIVES = HARD_CAP + TTL + SKEW
"""Seconds after which whatever a retired key has signed is dead: the longest token, by a function that remembered the
key for as long as it may, at a verifier whose clock is slow. Status lists live for less."""
OVERDUE = 24 * 60 * 60
"""Seconds beyond its lifetime after which a key that still signs is worth an alarm."""

SCHEDULE = "schedule"
"""Stands in the changes where an admin stands elsewhere."""


class RotationReport(Struct, frozen=True):
    """How things stand after a run."""

    active_kid: str
    standby_kid: str
    rotated: bool
    overdue: bool
    """Whether the active key signs for longer than it should (or cannot sign), and no standby could follow."""
    age: int
    """Seconds for which the active key has signed."""
    disposed: tuple[str, ...] = ()
    """KMS keys that KMS was told to delete."""


class Rotation(Struct, frozen=True):
    """Moves the key set. `kms_key`: that of the deployment; `lifetime`: seconds for which a key signs."""

    kms_key: str
    algorithm: str
    lifetime: int
    public_keys: PublicKeys
    standbys: Standbys
    custody: KeyCustody
    publisher: Publisher
    moves: Moves
    clock: Clock
    departed: Callable[[str], None] = lambda _kid: None
    """Returns once the published set is without the key of that id; raises TemporarilyUnavailable."""

    def run(self) -> RotationReport | None:
        """One pass; None before the first publication. Raises what the ports raise."""
        before = self.moves.current().active
        if before is None:
            return None
        self._take_in_configured()
        can_sign = self.custody.tend(before.kms_key)
        self._drop_unusable()
        self._rotate_if_due(broken=None if can_sign else before.kid)
        self.moves.make(self._without_useless)
        self.standbys.ensure()
        self.standbys.clear()
        disposed = self._dispose()
        return self._report(self.moves.current(), before, disposed, broken=None if can_sign else before.kid)

    def carry_out(self, order: KeyOrder) -> None:
        """Raises KeyRefused. A revocation waits for nothing: a compromised key is worse than one not seen by all."""
        if order.revoked is not None:
            with contextlib.suppress(OAuthError):  # whether there is a standby decides the set
                self.standbys.ensure()
        self.moves.make(lambda keys: keys if keys.did(order.name) else self._ordered(keys, order))
        with contextlib.suppress(OAuthError):  # it holds already; the schedule does the rest
            self.standbys.ensure()
            self._dispose()
        if order.revoked is not None:
            self.departed(order.revoked)

    # What an order does

    def _ordered(self, keys: KeySet, order: KeyOrder) -> KeySet:
        now = self._now()
        if order.revoked is not None:
            moved, kid = keys.revoking(order.revoked, self.algorithm, now), order.revoked
        else:
            moved, kid = self._rotated(keys, now), keys.active.kid if keys.active else ""
        return moved.changed_by(_change(order, kid, moved, now))

    def _rotated(self, keys: KeySet, now: int) -> KeySet:
        """Raises KeyRefused unless every verifier has the key that is to sign, and will find it still (R1, R2)."""
        moved = keys.rotating(self.algorithm, now, now + OUTLIVES)
        if moved.active is None or moved.active.kid not in published_kids(self.publisher.get(JWKS_PATH)):
            raise KeyRefused(KeyRefusal.UNSEEN, "the standby is not in the published JWKS")
        if not self.custody.tend(moved.active.kms_key):
            raise KeyRefused(KeyRefusal.UNSEEN, "the standby cannot sign; another is made within minutes")
        return moved

    # The steps of a run

    def _take_in_configured(self) -> None:
        """A deployment that made another key, as for another algorithm, wants that to be used."""
        if self.moves.current().knows(self.kms_key):
            return
        key = signing_key(self.kms_key, self.algorithm, self.public_keys.public_key(self.kms_key))
        self.moves.make(lambda keys: keys if keys.knows(self.kms_key) else keys.adding(key))

    def _drop_unusable(self) -> None:
        for key in self.moves.current().keys:
            if key.state is KeyState.NEXT and not self.custody.tend(key.kms_key):
                self.moves.make(partial(_dropped, kid=key.kid, now=self._now()))

    def _rotate_if_due(self, broken: str | None) -> None:
        """As soon as a standby may sign; until then the next run asks again."""
        with contextlib.suppress(KeyRefused):
            self.moves.make(lambda keys: self._followed(keys, broken))

    def _followed(self, keys: KeySet, broken: str | None) -> KeySet:
        now = self._now()
        why = _why_due(keys.active, self.algorithm, self.lifetime, broken, now)
        if keys.active is None or not why:
            return keys
        moved = self._rotated(keys, now)
        return moved.changed_by(_change(KeyOrder(f"{SCHEDULE}-{now}", SCHEDULE, why), keys.active.kid, moved, now))

    def _without_useless(self, keys: KeySet) -> KeySet:
        """Without what has died, and without standbys of an algorithm that is not wanted any more."""
        now = self._now()
        moved = keys.without_dead(now).forgetting(now, but=self.kms_key)
        if moved.active is None or moved.active.algorithm != self.algorithm:
            return moved
        for key in moved.keys:
            if key.state is KeyState.NEXT and key.algorithm != self.algorithm:
                moved = moved.dropping(key.kid, now)
        return moved

    def _dispose(self) -> tuple[str, ...]:
        """Only what the set does not hold; it is in no set again."""
        disposed = []
        for key in self.moves.current().former:
            if not key.disposed:
                self.custody.dispose(key.kms_key, compromised=key.end is KeyEnd.REVOKED)
                self.moves.make(partial(KeySet.disposing, kms_key=key.kms_key))
                disposed.append(key.kms_key)
        return tuple(disposed)

    def _report(
        self, keys: KeySet, before: SigningKey, disposed: tuple[str, ...], broken: str | None
    ) -> RotationReport:
        active = keys.active or before
        standby = keys.standby(self.algorithm, self._now())
        age = self._now() - _since(active)
        overdue = active.kid == broken or age >= self.lifetime + OVERDUE
        kid = standby.kid if standby else ""
        return RotationReport(active.kid, kid, active.kid != before.kid, overdue, age, disposed)

    def _now(self) -> int:
        return int(self.clock.now())


def _why_due(active: SigningKey | None, algorithm: str, lifetime: int, broken: str | None, now: int) -> str:
    """Empty: it is not."""
    if active is None:
        return ""
    if active.kid == broken:
        return "KMS cannot sign with the key"
    if active.algorithm != algorithm:
        return f"the algorithm is {algorithm} now"
    return "the key has signed for long enough" if now - _since(active) >= lifetime else ""


def _since(active: SigningKey) -> int:
    return active.active_since or active.published_at or 0


def _dropped(keys: KeySet, kid: str, now: int) -> KeySet:
    still_waiting = any(key.kid == kid and key.state is KeyState.NEXT for key in keys.keys)
    return keys.dropping(kid, now) if still_waiting else keys


def _change(order: KeyOrder, kid: str, moved: KeySet, now: int) -> KeyChange:
    active = moved.active
    return KeyChange(
        order=order.name,
        action="revoke" if order.revoked is not None else "rotate",
        kid=kid,
        by=order.by,
        why=order.why,
        at=now,
        active=active.kid if active else "",
        unseen=active is not None and active.active_since == now and not active.seen(now),
    )
