"""What is remembered of an identity: bounded, whatever it does."""

from hashlib import blake2s

from msgspec import Struct, field
from msgspec.msgpack import Decoder, Encoder

from federation.signals.observation import DIGEST
from federation.signals.pace import Pace, Season

MAX_BYTES = 1024
"""Of an identity's memory, as it is stored."""
RECORDS = 40
"""Records that are known again if they come once more."""
BATCHES = 3
BATCH_DIGEST = 8
DAY = 24 * 60 * 60
ESTABLISHED = 7 * DAY
ENOUGH = 30
"""Records: before that nothing is unusual."""
MAX_CLAIMS = 24
MAX_CLAIM = 20
"""Characters of a claim's name that are kept."""


class Ring(Struct, array_like=True):
    """The last few different things, each by its digest."""

    digests: bytes = b""

    def knows(self, one: bytes) -> bool:
        """Whether it is among them."""
        return self._place(one) >= 0

    def add(self, one: bytes, room: int) -> None:
        """The newest comes last; above `room` the oldest goes."""
        place = self._place(one)
        others = self.digests if place < 0 else self.digests[:place] + self.digests[place + DIGEST :]
        self.digests = (others + one)[-room * DIGEST :]

    def __len__(self) -> int:
        """How many."""
        return len(self.digests) // DIGEST

    def _place(self, one: bytes) -> int:
        place = self.digests.find(one)
        while place % DIGEST and place >= 0:
            place = self.digests.find(one, place + 1)
        return place


class Told(Struct, array_like=True):
    """When a signal was told last, and how high it scored."""

    at: int
    score: int


class ClaimSeen(Struct, array_like=True):
    """A claim of an issuer's tokens."""

    kind: str
    """Its type: s, n, b, l, o, or z for null."""
    seen: int = 0
    missing: int = 0
    """Tokens in a row without it."""
    other: int = 0
    """Tokens in a row in which it had another type."""
    since: int = 0
    """The number of the token that had it first."""


class Memory(Struct, array_like=True):
    """Everything of one identity. What its kind has no use for stays empty. Times: seconds since the epoch."""

    first: int = 0
    last: int = 0
    seen: int = 0
    done: Ring = field(default_factory=Ring)
    """The newest records."""
    batches: bytes = b""
    pace: Pace = field(default_factory=Pace)
    season: Season = field(default_factory=Season)
    mapping: bytes = b""
    moved: int = 0
    """When its mapping was another one for the last time."""
    audiences: Ring = field(default_factory=Ring)
    networks: Ring = field(default_factory=Ring)
    agents: Ring = field(default_factory=Ring)
    actors: Ring = field(default_factory=Ring)
    novel: int = 0
    """What was new lately: a bit for each."""
    novel_at: int = 0
    acted: int = 0
    approved: int = 0
    longest: int = 0
    """Silence, in days."""
    refused: int = 0
    """In a row."""
    refused_at: int = 0
    tried: Ring = field(default_factory=Ring)
    """What was refused in that row."""
    tokens: int = 0
    claims: dict[str, ClaimSeen] = field(default_factory=dict)
    subjects: Ring = field(default_factory=Ring)
    """Forms of `sub`."""
    odd: int = 0
    """Tokens in a row with another one."""
    paces: dict[str, Pace] = field(default_factory=dict)
    crowd: bytes = b""
    crowd_before: bytes = b""
    crowd_minute: int = 0
    told: dict[str, Told] = field(default_factory=dict)

    def established(self, now: float) -> bool:
        """Whether there is a history to compare with."""
        return self.seen >= ENOUGH and now - self.first >= ESTABLISHED

    def enter(self, name: bytes, now: int) -> bool:
        """Count a record, once: False for one that is known."""
        if self.done.knows(name):
            return False
        self.done.add(name, RECORDS)
        self.first = min(self.first or now, now)
        self.seen += 1
        return True

    def enter_batch(self, names: list[bytes]) -> bool:
        """The same for more of one delivery than RECORDS: what comes again then comes as a whole."""
        if len(names) <= RECORDS:
            return True
        batch = blake2s(b"".join(sorted(names)), digest_size=BATCH_DIGEST).digest()
        if any(self.batches[at : at + BATCH_DIGEST] == batch for at in range(0, len(self.batches), BATCH_DIGEST)):
            return False
        self.batches = (self.batches + batch)[-BATCHES * BATCH_DIGEST :]
        return True


_ENCODER = Encoder()
_DECODER = Decoder(Memory)


def stored(memory: Memory) -> bytes:
    """At most MAX_BYTES: claims that an issuer's tokens had least often are forgotten first."""
    content = _ENCODER.encode(memory)
    while len(content) > MAX_BYTES and memory.claims:
        rarest = min(memory.claims, key=lambda name: memory.claims[name].seen)
        del memory.claims[rarest]
        content = _ENCODER.encode(memory)
    return content


def remembered(content: bytes) -> Memory:
    """Raises msgspec.DecodeError for what is none."""
    return _DECODER.decode(content)
