"""M5, M9: no foreign proof is younger than it can show, so none slips past a revocation or a policy about its age."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from federation.model.json import Json
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.trust import Selector
from federation.oauth.identifiers import TokenType
from federation.revocation.revoker import RevocationRequest, Revoker
from tests.support.attacked_bridge import Attacked, Connection, attacked
from tests.support.delegation_world import claims_of
from tests.support.exchange_world import MAPPING, NOW, subject_token
from tests.support.fake_clock import no_wait
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed
from tests.support.x509_authority import authority, device, pem

YOUNG = 'forbid (principal, action, resource) when { context.token_age > duration("5m") };'
WHOSE = [
    (RevocationTarget.PRINCIPAL, "partner/acme/sync"),
    (RevocationTarget.ISSUER, "acme"),
    (RevocationTarget.MAPPING, "acme-sync"),
]


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        yield made


def ageless() -> str:
    """A token that does not say when it was issued."""
    claims = {name: value for name, value in claims_of(subject_token()).items() if name != "iat"}
    return signed({"alg": "RS256", "kid": rsa_key().kid, "typ": "JWT"}, claims, rsa_key())


@pytest.mark.parametrize(("what", "value"), WHOSE)
def test_M5_a_token_that_hides_its_age_is_revoked_with_the_others(
    bridge: Attacked, what: RevocationTarget, value: str
) -> None:
    token = ageless()
    bridge.token(token)
    bridge.world.state.revoke(Revocation(RevocationKey(what, value), NOW + 5, NOW + 90_000, "admin/eve"))
    bridge.world.clock.advance(10)
    bridge.refused(lambda: bridge.post(token), "invalid_request", "token_revoked")
    bridge.token(bridge.foreign())


def test_F_a_token_that_hides_its_age_is_not_young(bridge: Attacked) -> None:
    bridge.world.write({"kind": "Policy", "id": "young", "cedar": YOUNG})
    bridge.token(bridge.foreign())
    bridge.refused(lambda: bridge.post(ageless()), "invalid_request", "policy_denied")


CA = authority("presses", at=NOW)
DAY = 24 * 60 * 60


@pytest.fixture
def devices(bridge: Attacked) -> Attacked:
    """Whose identities are client certificates that live for a year."""
    keys: Json = {"certificates": [CA.pem]}
    issuer = {"kind": "Issuer", "id": "presses", "provider": "device", "issuer": "https://d.example.com", "keys": keys}
    bridge.world.write(issuer)
    press = {**MAPPING, "id": "press", "issuer": "presses", "match": {"sub": "press-7"}, "principal": "device/press-7"}
    bridge.world.write(press, Selector("sub", "press-7"))
    return bridge


@pytest.mark.parametrize(
    "what", [(RevocationTarget.PRINCIPAL, "device/press-7"), (RevocationTarget.MAPPING, "press")], ids=str
)
def test_M5_a_revocation_does_not_end_before_the_certificate_that_it_is_about(
    devices: Attacked, what: tuple[RevocationTarget, str]
) -> None:
    over = Connection(certificate=pem(CA.sign(replace(device("press-7"), not_after=NOW + 300 * DAY))))
    world, by_certificate = devices.world, {"subject_token_type": TokenType.MTLS.value}
    devices.token("mtls", over, **by_certificate)
    revoker = Revoker(world.state, world.ledger, world.clock, CountingIdentifiers("revocation"), no_wait)
    revoker.revoke(RevocationRequest(RevocationKey(*what), "admin/eve"), {"correlation_id": "w-1"})
    for days in (0, 1, 2, 30):
        world.clock.advance(days * DAY)
        devices.refused(lambda: devices.post("mtls", over, **by_certificate), "invalid_request", "token_revoked")
