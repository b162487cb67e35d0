"""The key that signs now: cached, because it is the same for hours; the commit checks that it still is."""

from collections.abc import Collection

from msgspec import Struct

from federation.model.keys import SIGNING_KEYS, KeySet, SigningKey
from federation.model.trust import DocumentRef, DocumentVersion
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, KeySets

TTL = 60
"""Seconds."""


class CurrentKey(Struct):
    """Knows the active signing key."""

    key_sets: KeySets
    clock: Clock
    _keys: KeySet | None = None
    _loaded_at: float = 0.0

    def get(self) -> tuple[SigningKey, DocumentVersion]:
        """The active key, and the key set's version; raises TemporarilyUnavailable before the first publication."""
        keys = self.key_set()
        if keys is None or keys.active is None:
            raise TemporarilyUnavailable(Reason.KEYS_UNPUBLISHED, retry_after=30)
        return keys.active, keys.document

    def forget(self) -> None:
        """Read again next time."""
        self._keys = None

    def forget_documents(self, moved: Collection[DocumentRef]) -> None:
        """Read again next time, if it is among them."""
        if SIGNING_KEYS in moved:
            self.forget()

    def key_set(self) -> KeySet | None:
        """Every key of ours whose tokens may still be alive; None before the first publication."""
        if self._keys is None or self.clock.now() - self._loaded_at > TTL:
            self._keys = self.key_sets.load()
            self._loaded_at = self.clock.now()
        return self._keys
