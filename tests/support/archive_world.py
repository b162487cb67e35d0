"""An archive in memory, whoever writes it, and somebody who may do anything to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from msgspec.structs import replace

from federation.archive.archiver import Archiver
from federation.audit.chain import StoredSegment
from federation.keys.jwk import signing_key
from federation.minting.current_key import CurrentKey
from federation.model.archive import Happening
from federation.model.keys import KeySet, KeyState
from tests.support.fake_archive import FakeArchiveIndex, FakeSegments
from tests.support.fake_clock import FixedClock
from tests.support.fake_signer import FakeSigner

BRIDGE = "https://federation.example.com"
_numbers = count(1)


class HeldKeySets:
    """KeySets that a test sets."""

    def __init__(self) -> None:
        self.keys = KeySet()

    def load(self) -> KeySet | None:
        return self.keys

    def save(self, keys: KeySet) -> None:
        self.keys = keys


@dataclass
class ArchiveWorld:
    """`archiver()` is a fresh process each time; everything else is shared."""

    algorithm: str = "ES256"
    segments: FakeSegments = field(default_factory=FakeSegments)
    index: FakeArchiveIndex = field(default_factory=FakeArchiveIndex)
    signer: FakeSigner = field(default_factory=FakeSigner)
    key_sets: HeldKeySets = field(default_factory=HeldKeySets)
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        if self.key_sets.keys.active is None:
            self.rotate()

    def rotate(self) -> None:
        """Another key signs from now on; those before it are still published."""
        kms_key = self.signer.create(self.algorithm)
        key = signing_key(kms_key, self.algorithm, self.signer.public_key(kms_key))
        retired = (replace(each, state=KeyState.RETIRED) for each in self.key_sets.keys.keys)
        self.key_sets.keys = KeySet((*retired, replace(key, state=KeyState.ACTIVE)), self.key_sets.keys.version + 1)

    def forget_old_keys(self) -> None:
        """Only the one that signs is published."""
        active = self.key_sets.keys.active
        assert active is not None
        self.key_sets.keys = KeySet((active,), self.key_sets.keys.version + 1)

    @property
    def jwks(self) -> list[dict[str, Any]]:
        """What is published."""
        return [dict(key.jwk) for key in self.key_sets.keys.keys]

    def archiver(self) -> Archiver:
        key = CurrentKey(self.key_sets, self.clock)
        return Archiver(BRIDGE, key, self.signer, self.segments, self.index, self.clock)

    def write(self, *sizes: int) -> None:
        """A segment of so many records each."""
        for size in sizes:
            self.archiver().append([happening() for _ in range(size)])

    def stored(self) -> Iterator[StoredSegment]:
        """As they lie there."""
        return (StoredSegment(number, self.segments.contents[number]) for number in sorted(self.segments.contents))

    def records(self) -> list[bytes]:
        """The lines of all records, in order."""
        return [line for _, content in self.stored() for line in content.split(b"\n")[1:-2]]


def happening(event: str = "", **record: Any) -> Happening:  # noqa: ANN401 (JSON)
    """A token was issued."""
    number = next(_numbers)
    jti = f"jti-{number}"
    return Happening(
        event or f"event-{number}", "recorded", 1_800_000_000, jti, {"jti": jti, "outcome": "allow", **record}
    )
