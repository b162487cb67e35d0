"""The key that is to sign next, made long before it is needed.

KMS makes a key each time it is asked, so a crash between that and the key set leaves one that is not recorded. It is
taken in by the next run, or, if another was faster, deleted (ATTACKS F14).
"""

from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from federation.keys.jwk import UnsuitableKey, signing_key
from federation.keys.orders import Moves
from federation.model.keys import KeySet, SigningKey
from federation.ports import Clock, KeyMaker, MadeKey, PublicKeys

LEFT_OVER = 24 * 60 * 60
"""Seconds after which a key that is in no key set is superfluous."""


class Standbys(Struct, frozen=True):
    """Of one algorithm."""

    algorithm: str
    public_keys: PublicKeys
    maker: KeyMaker
    moves: Moves
    clock: Clock

    def ensure(self) -> None:
        """There is one when this returns: taken in, or made. Two at once take in one."""
        if self._has(self.moves.current()):
            return
        key = next(self._left_over(), None) or self._signing_key(self.maker.make(self.algorithm))
        self.moves.make(lambda keys: keys if self._has(keys) or keys.knows(key.kms_key) else keys.adding(key))

    def clear(self) -> None:
        """What was made and never taken in will be deleted: it is written down first, so that no run takes it in."""
        now = int(self.clock.now())
        for made in self._unknown():
            if now - made.made_at >= LEFT_OVER:
                self.moves.make(partial(KeySet.rejecting, kms_key=made.kms_key, at=now))

    def _has(self, keys: KeySet) -> bool:
        standby = keys.standby(self.algorithm, int(self.clock.now()))
        return standby is not None and standby.algorithm == self.algorithm

    def _left_over(self) -> Iterator[SigningKey]:
        for made in self._unknown():
            try:
                yield self._signing_key(made.kms_key)
            except UnsuitableKey:
                continue

    def _unknown(self) -> list[MadeKey]:
        """What was made is listed before the set is read: whatever was taken in by then is known."""
        made = self.maker.made()
        keys = self.moves.current()
        return [each for each in made if not keys.knows(each.kms_key)]

    def _signing_key(self, kms_key: str) -> SigningKey:
        return signing_key(kms_key, self.algorithm, self.public_keys.public_key(kms_key))
