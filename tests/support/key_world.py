"""Our keys' life in memory: what publishes, what rotates, and verifiers that read what was published."""

from dataclasses import dataclass, field
from typing import Protocol

from federation.keys.jwk import signing_key
from federation.keys.orders import Moves
from federation.keys.publication import Publication, PublicationReport, published_kids
from federation.keys.rotation import Rotation, RotationReport
from federation.keys.standbys import Standbys
from federation.model.keys import SEEN_BY_ALL, KeySet, SigningKey
from federation.oauth.metadata import JWKS_PATH
from federation.ports import KeyOrder, KeySets
from tests.support.crashing import CrashPlan
from tests.support.fake_clock import FixedClock
from tests.support.fake_key_maker import FakeKeyMaker
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust

ISSUER = "https://federation.example.com"
LIFETIME = 30 * 24 * 60 * 60
ALGORITHM = "ES256"
UNHARMED = CrashPlan(at=-1, after=False)


class SigningWorld(Protocol):
    """A world of another test whose tokens are signed with the one key that it began with."""

    clock: FixedClock
    trust: FakeTrust
    signer: FakeSigner
    publisher: FakePublisher


def life_of(world: SigningWorld) -> "KeyWorld":
    """Of that world's keys."""
    keys = world.trust.load()
    assert keys is not None
    kms_key, algorithm = keys.keys[0].kms_key, keys.keys[0].algorithm
    return KeyWorld(world.signer, world.trust, world.publisher, world.clock, kms_key, algorithm).seen()


@dataclass
class KeyWorld:
    """`configured`: the KMS key that the deployment made."""

    signer: FakeSigner = field(default_factory=FakeSigner)
    trust: FakeTrust = field(default_factory=FakeTrust)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    clock: FixedClock = field(default_factory=FixedClock)
    configured: str = ""
    algorithm: str = ALGORITHM

    def __post_init__(self) -> None:
        self.maker = FakeKeyMaker(self.signer, self.clock)
        self.configured = self.configured or self.signer.create(self.algorithm)
        self.first = signing_key(self.configured, self.algorithm, self.signer.public_key(self.configured)).kid

    def publish(self, plan: CrashPlan = UNHARMED, publisher: FakePublisher | None = None) -> PublicationReport:
        return Publication(
            issuer=ISSUER,
            kms_key=self.configured,
            algorithm=self.algorithm,
            public_keys=self.signer,
            key_sets=plan.around(self.trust),
            publisher=plan.around(publisher or self.publisher),
            clock=self.clock,
        ).run()

    def rotation(self, algorithm: str = "", plan: CrashPlan = UNHARMED, key_sets: KeySets | None = None) -> Rotation:
        algorithm = algorithm or self.algorithm
        maker, moves = plan.around(self.maker), Moves(key_sets or plan.around(self.trust))
        return Rotation(
            kms_key=self.configured,
            algorithm=algorithm,
            lifetime=LIFETIME,
            public_keys=self.signer,
            standbys=Standbys(algorithm, self.signer, maker, moves, self.clock),
            custody=maker,
            publisher=self.publisher,
            moves=moves,
            clock=self.clock,
        )

    def run(self, algorithm: str = "") -> RotationReport:
        """A run of the schedule, and what the stream does after it."""
        report = self.rotation(algorithm).run()
        assert report is not None
        self.publish()
        return report

    def started(self) -> "KeyWorld":
        """With a key that signs and a standby that everybody has seen."""
        self.publish()
        self.run()
        self.clock.advance(SEEN_BY_ALL)
        return self

    def seen(self) -> "KeyWorld":
        """With a standby, and as if it had been published for long enough: the clock stands still."""
        self.publish()
        self.run()
        long_ago = int(self.clock.now()) - SEEN_BY_ALL
        self.rotation().moves.make(lambda keys: keys.with_doubt(long_ago))
        return self

    def order(self, name: str, revoked: str | None = None) -> KeyOrder:
        return KeyOrder(name, "admin/ada", "because", revoked)

    def rotate(self, name: str = "order-1") -> None:
        self.rotation().carry_out(self.order(name))

    def revoke(self, kid: str, name: str = "order-1") -> None:
        self.rotation().carry_out(self.order(name, kid))

    @property
    def keys(self) -> KeySet:
        keys = self.trust.load()
        assert keys is not None
        return keys

    @property
    def active(self) -> SigningKey:
        active = self.keys.active
        assert active is not None
        return active

    @property
    def standby(self) -> SigningKey:
        standby = self.keys.standby(self.algorithm, int(self.clock.now()))
        assert standby is not None
        return standby

    @property
    def jwks(self) -> frozenset[str]:
        """What a verifier reads now."""
        return published_kids(self.publisher.get(JWKS_PATH))
