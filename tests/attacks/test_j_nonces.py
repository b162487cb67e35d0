"""Group J, row 9: server nonces (RFC 9449 section 8)."""

import base64
from dataclasses import dataclass, field

import pytest

from federation.model.binding import ProvenKeys
from federation.oauth.errors import InvalidDpopProof, TemporarilyUnavailable, UseDpopNonce
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.token_request import PERIOD, Nonces, Proofs
from tests.support.dpop import CLIENT, NOW, URLS, jkt, proof
from tests.support.fake_clock import FixedClock
from tests.support.fake_nonces import FakeNonceSecrets

OURS = "https://federation.example.com"


@dataclass
class NonceWorld:
    """A process that asks for nonces; several may share `secrets`."""

    secrets: FakeNonceSecrets = field(default_factory=FakeNonceSecrets)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    issuer: str = OURS

    def __post_init__(self) -> None:
        self.nonces = Nonces(self.secrets, self.clock, self.issuer)

    def send(self, nonce: str | None = None) -> ProvenKeys:
        text = proof(nonce=nonce, iat=int(self.clock.now()))
        return Proofs(DpopVerifier(self.clock), URLS, self.nonces).verify(ExchangeRequest(dpop_proof=text))

    def asked_for(self, nonce: str | None = None) -> str:
        """The nonce that comes with the refusal."""
        with pytest.raises(UseDpopNonce) as refused:
            self.send(nonce)
        assert (refused.value.error, refused.value.http_status) == ("use_dpop_nonce", 400)
        assert refused.value.reason is Reason.DPOP_NONCE_REQUIRED
        return refused.value.headers["dpop-nonce"]


def test_J9_a_proof_without_nonce_is_answered_with_one_that_is_accepted() -> None:
    world = NonceWorld()
    assert world.send(world.asked_for()).dpop == jkt(CLIENT)


def test_J9_every_process_knows_the_nonces_of_every_other() -> None:
    secrets = FakeNonceSecrets()
    assert NonceWorld(secrets).send(NonceWorld(secrets).asked_for()).dpop


@pytest.mark.parametrize("later", [PERIOD, 2 * PERIOD - 1])
def test_J9_the_previous_nonce_is_accepted_in_the_overlap(later: int) -> None:
    world = NonceWorld()
    nonce = world.asked_for()
    world.clock.at = NOW - NOW % PERIOD + later
    assert world.send(nonce).dpop
    assert world.nonces.fresh() != nonce


def test_J9_an_expired_nonce_is_refused_and_replaced() -> None:
    world = NonceWorld()
    nonce = world.asked_for()
    world.clock.at = NOW - NOW % PERIOD + 2 * PERIOD
    assert world.send(world.asked_for(nonce)).dpop


def test_J9_a_nonce_of_the_future_is_refused() -> None:
    ahead = NonceWorld(clock=FixedClock(NOW + PERIOD))
    assert NonceWorld(ahead.secrets).asked_for(ahead.asked_for())


@pytest.mark.parametrize(
    "elsewhere",
    [NonceWorld(FakeNonceSecrets("us-east-1")), NonceWorld(issuer="https://other.example.com")],
    ids=["region", "deployment"],
)
def test_J9_a_nonce_of_another_region_or_deployment_is_refused(elsewhere: NonceWorld) -> None:
    assert NonceWorld().asked_for(elsewhere.asked_for()) != elsewhere.asked_for()


def test_J9_a_forged_nonce_is_refused() -> None:
    world = NonceWorld()
    nonce = world.asked_for()
    later = (NOW // PERIOD + 1).to_bytes(8) + base64.urlsafe_b64decode(nonce)[8:]
    forgeries = ["", "a", nonce[:-1], f"{nonce}A", f"{nonce}=", f" {nonce}", nonce.swapcase(), "é", "\x00", "x" * 1900]
    for forged in [*forgeries, base64.urlsafe_b64encode(later).decode()]:
        assert world.asked_for(forged) == nonce


def test_J9_junk_costs_no_secret() -> None:
    world = NonceWorld()
    checked = Proofs(DpopVerifier(world.clock), URLS, world.nonces)
    for text in ("junk", proof(iat=0), proof(nonce=1), proof(htu="https://evil.example/token")):
        with pytest.raises(InvalidDpopProof):
            checked.verify(ExchangeRequest(dpop_proof=text))
    checked.verify(ExchangeRequest())
    assert world.secrets.asked == []


def test_J9_a_secret_is_read_once_in_each_period_whatever_is_sent() -> None:
    world = NonceWorld()
    for _ in range(3):
        for number in range(20):
            world.asked_for(f"forged-{number}")
        world.clock.advance(PERIOD)
    first = NOW // PERIOD
    assert sorted(world.secrets.asked) == [first - 1, first, first + 1, first + 2]


def test_J9_without_secrets_nothing_is_accepted() -> None:
    world = NonceWorld()
    nonce = world.asked_for()
    cold = NonceWorld(world.secrets)
    world.secrets.failing = True
    with pytest.raises(TemporarilyUnavailable):
        cold.send(nonce)


def test_J9_where_no_nonce_is_asked_for_none_is_needed() -> None:
    proofs = Proofs(DpopVerifier(FixedClock(NOW)), URLS, nonces=None)
    assert proofs.verify(ExchangeRequest(dpop_proof=proof())).dpop == jkt()
    assert proofs.verify(ExchangeRequest(dpop_proof=proof(nonce="whatever"))).dpop == jkt()
