"""Client certificates as proof of a registered client (RFC 8705 section 2)."""

from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from federation.verification.x509.certificates import thumbprint
from tests.support.client_world import GATEWAY, ClientWorld
from tests.support.x509_authority import HOUR, NOW, authority, common_name, device, pem, uri_names

CA = authority("acme-clients")
SAN = x509.SubjectAlternativeName(
    [
        x509.DNSName("other.example.com"),
        x509.DNSName("gateway.example.com"),
        x509.IPAddress(ip_address("2001:db8::1")),
        x509.RFC822Name("gateway@example.com"),
        x509.UniformResourceIdentifier("urn:example:gateway"),
    ]
)
NAMES = {
    "san_dns": "gateway.example.com",
    "san_ip": "2001:db8::1",
    "san_email": "gateway@example.com",
    "san_uri": "urn:example:gateway",
    "subject_dn": "CN=press-7",
}


def tls(**name: str) -> dict[str, Any]:
    return {"method": "tls_client_auth", "certificates": [CA.pem], **name}


@pytest.fixture
def world() -> ClientWorld:
    return ClientWorld()


@pytest.mark.parametrize("kind", NAMES)
def test_the_registered_name_proves_the_client_until_its_certificate_ends(world: ClientWorld, kind: str) -> None:
    world.register(tls(**{kind: NAMES[kind]}))
    leaf = CA.sign(device().but(SAN))
    caller = world.ask(client_id=GATEWAY, client_certificate=pem(leaf))
    assert (caller.client_id, caller.expires_at, caller.one_time) == (GATEWAY, NOW + HOUR, ())


@pytest.mark.parametrize("kind", NAMES)
def test_any_other_name_does_not(world: ClientWorld, kind: str) -> None:
    world.register(tls(**{kind: NAMES[kind].replace("7", "8").replace("gateway", "gatewax").replace("::1", "::2")}))
    assert kind in world.refusal(client_id=GATEWAY, client_certificate=pem(CA.sign(device().but(SAN))))


def test_a_certificate_with_two_uris_is_nobody(world: ClientWorld) -> None:
    world.register(tls(san_uri="urn:a"))
    both = CA.sign(device().but(uri_names("urn:a", "urn:b")))
    world.refusal(client_id=GATEWAY, client_certificate=pem(both))


def test_an_intermediate_of_its_own_authority_may_sign(world: ClientWorld) -> None:
    world.register(tls(subject_dn="CN=press-7"))
    below = CA.below("acme-clients-2")
    leaf = below.sign(device())
    assert world.ask(client_id=GATEWAY, client_certificate=pem(leaf, below.certificate)).client_id == GATEWAY
    world.refusal(client_id=GATEWAY, client_certificate=pem(leaf))


@pytest.mark.parametrize("sent", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAA==\n"])
def test_without_a_readable_certificate_nobody_is_proven(world: ClientWorld, sent: str | None) -> None:
    world.register(tls(subject_dn="CN=press-7"))
    world.refusal(client_id=GATEWAY, client_certificate=sent)


SELF = authority("gateway-itself")


@pytest.mark.parametrize("by", ["thumbprints", "certificates"])
def test_a_registered_certificate_proves_the_client_whoever_signed_it(world: ClientWorld, by: str) -> None:
    registered = {"thumbprints": thumbprint(SELF.certificate), "certificates": SELF.pem}
    world.register({"method": "self_signed_tls_client_auth", by: [registered[by]]})
    caller = world.ask(client_id=GATEWAY, client_certificate=SELF.pem)
    assert caller.client_id == GATEWAY
    assert caller.expires_at == int(SELF.certificate.not_valid_after_utc.timestamp())


def test_an_expired_or_future_one_does_not(world: ClientWorld) -> None:
    world.register({"method": "self_signed_tls_client_auth", "certificates": [SELF.pem]})
    for years in (2, -2):
        world.clock.at = NOW + years * 365 * 24 * HOUR
        assert "expired or not valid yet" in world.refusal(client_id=GATEWAY, client_certificate=SELF.pem)


def test_K8_a_registered_certificate_for_servers_is_no_clients(world: ClientWorld) -> None:
    for purpose, proven in ((ExtendedKeyUsageOID.CLIENT_AUTH, True), (ExtendedKeyUsageOID.SERVER_AUTH, False)):
        leaf = pem(CA.sign(device().but(x509.ExtendedKeyUsage([purpose]))))
        world.register({"method": "self_signed_tls_client_auth", "certificates": [leaf]})
        if proven:
            world.ask(client_id=GATEWAY, client_certificate=leaf)
        else:
            assert "clientAuth" in world.refusal(client_id=GATEWAY, client_certificate=leaf)


def test_a_new_certificate_for_the_same_name_and_key_is_another(world: ClientWorld) -> None:
    world.register({"method": "self_signed_tls_client_auth", "certificates": [SELF.pem]})
    renewed = authority("gateway-itself", key=SELF.key)
    assert renewed.certificate.subject == common_name("gateway-itself")
    assert "not registered" in world.refusal(client_id=GATEWAY, client_certificate=renewed.pem)
