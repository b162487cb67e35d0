"""Moves the key set: read, apply, write on condition, again if somebody else was at work (ATTACKS R4)."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.model.keys import KeySet
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import KeySets, VersionConflict

ATTEMPTS = 8

Transition: TypeAlias = Callable[[KeySet], KeySet]


class Moves(Struct, frozen=True):
    """Every transition decides on the set as it is, so two that meet are as two in a row."""

    key_sets: KeySets

    def current(self) -> KeySet:
        """Empty before the first publication."""
        return self.key_sets.load() or KeySet()

    def make(self, transition: Transition) -> KeySet:
        """The set afterwards; what changes nothing writes nothing. Raises what `transition` raises."""
        for _ in range(ATTEMPTS):
            keys = self.current()
            moved = transition(keys)
            if moved == keys:
                return keys
            following = replace(moved, version=keys.version + 1)
            try:
                self.key_sets.save(following)
            except VersionConflict:
                continue
            return following
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others move the key set")
