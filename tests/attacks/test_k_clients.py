"""ATTACKS K, as far as registered clients go: certificates that are not quite the client's."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import FORM
from federation.oauth.request import parse
from federation.verification.x509.certificates import thumbprint
from tests.support.client_world import GATEWAY, ClientWorld
from tests.support.x509_authority import (
    HOUR,
    NOT_CA,
    NOW,
    SERVER,
    Authority,
    Wanted,
    authority,
    common_name,
    device,
    pem,
    rsa_private,
    uri_names,
    usage,
    with_sha1,
)

CA = authority("acme-clients")
OTHER = authority("globex-clients")
URI = "urn:acme:gateway"


def gateway() -> Wanted:
    return device("gateway").but(uri_names(URI))


def tls(*authorities: Authority, **name: str) -> dict[str, Any]:
    certificates = [one.pem for one in authorities or (CA,)]
    return {"method": "tls_client_auth", "certificates": certificates, **(name or {"san_uri": URI})}


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.register(tls())
    assert world.ask(client_id=GATEWAY, client_certificate=pem(CA.sign(gateway()))).client_id == GATEWAY
    return world


def refused(world: ClientWorld, *certificates: x509.Certificate) -> str:
    return world.refusal(client_id=GATEWAY, client_certificate=pem(*certificates))


@pytest.mark.parametrize("header", ["x-client-cert", "x-amzn-mtls-clientcert", "x-ssl-cert", "client-cert"])
def test_K1_a_certificate_in_a_header_proves_nobody(world: ClientWorld, header: str) -> None:
    body = (
        b"grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=a.b.c"
        b"&subject_token_type=urn:ietf:params:oauth:token-type:jwt&client_id=acme-gateway"
    )
    headers = {"content-type": FORM, header: pem(CA.sign(gateway())).replace("\n", "%0A")}
    request = parse(HttpRequest("POST", "/token", body, "c-1", headers))
    assert request.client_certificate is None
    assert "no certificate" in world.refusal(client_id=GATEWAY, client_certificate=request.client_certificate)


def test_K3_the_same_name_from_another_authority_is_nobody(world: ClientWorld) -> None:
    refused(world, OTHER.sign(gateway()))
    refused(world, authority("acme-clients", key=OTHER.key).sign(gateway()))


def test_K3_one_clients_authority_names_no_other_client(world: ClientWorld) -> None:
    """Both may get past the handshake, whose pool is one for all."""
    world.register(tls(OTHER, san_uri="urn:globex:gateway"), "globex")
    theirs = pem(OTHER.sign(device("gateway").but(uri_names(URI))))
    world.refusal(client_id=GATEWAY, client_certificate=theirs)
    world.refusal(client_id="globex", client_certificate=theirs)


def test_K5_a_name_is_read_from_the_certificate_that_was_verified(world: ClientWorld) -> None:
    mine, stranger = CA.sign(gateway()), OTHER.sign(device("stranger"))
    refused(world, stranger, mine)
    refused(world, CA.sign(device("stranger")), mine)


def test_K5_a_common_name_is_no_alternative_name(world: ClientWorld) -> None:
    world.register(tls(san_dns="gateway.example.com"))
    refused(world, CA.sign(device("gateway.example.com")))


def test_K7_an_authority_that_was_removed_vouches_for_nobody_in_the_next_request(world: ClientWorld) -> None:
    certificate = CA.sign(gateway())
    world.register(tls(OTHER))
    refused(world, certificate)
    world.register(tls(OTHER, CA))
    assert world.ask(client_id=GATEWAY, client_certificate=pem(certificate)).client_id == GATEWAY


CA_TRUE = x509.BasicConstraints(ca=True, path_length=None)
UNFIT = {
    "expired": replace(gateway(), not_after=NOW - 1),
    "not valid yet": replace(gateway(), not_before=NOW + 60),
    "for servers alone": gateway().but(SERVER),
    "an authority": gateway().but(CA_TRUE),
    "a signer of certificates": gateway().but(NOT_CA, usage("digital_signature", "key_cert_sign")),
    "no signatures": gateway().but(usage("key_encipherment")),
    "a weak key": replace(gateway(), key=rsa_private("weak", 1024)),
}


@pytest.mark.parametrize("name", UNFIT)
def test_K8_a_certificate_that_is_not_a_clients_now_proves_nobody(world: ClientWorld, name: str) -> None:
    refused(world, CA.sign(UNFIT[name]))


def test_K8_sha1_proves_nobody(world: ClientWorld) -> None:
    signer = authority("old", key=rsa_private("old"))
    world.register(tls(signer))
    assert isinstance(signer.key, type(rsa_private("old")))
    leaf = signer.sign(gateway())
    assert world.ask(client_id=GATEWAY, client_certificate=pem(leaf)).client_id == GATEWAY
    refused(world, with_sha1(leaf, rsa_private("old")))


def test_K8_an_authority_itself_is_no_client(world: ClientWorld) -> None:
    world.register(tls(subject_dn="CN=acme-clients"))
    refused(world, CA.certificate)


def test_K9_a_self_signed_certificate_counts_only_if_it_is_registered(world: ClientWorld) -> None:
    mine, other = authority("gateway"), authority("gateway", key=OTHER.key)
    world.register({"method": "self_signed_tls_client_auth", "thumbprints": [thumbprint(mine.certificate)]})
    assert world.ask(client_id=GATEWAY, client_certificate=mine.pem).client_id == GATEWAY
    refused(world, other.certificate)
    refused(world, other.certificate, mine.certificate)


def name_of(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in attributes])


REGISTERED = name_of((NameOID.ORGANIZATION_NAME, "Acme, Inc."), (NameOID.COMMON_NAME, "gateway"))
TWINS = {
    "another order": name_of((NameOID.COMMON_NAME, "gateway"), (NameOID.ORGANIZATION_NAME, "Acme, Inc.")),
    "another case": name_of((NameOID.ORGANIZATION_NAME, "ACME, Inc."), (NameOID.COMMON_NAME, "gateway")),
    "a space more": name_of((NameOID.ORGANIZATION_NAME, "Acme,  Inc."), (NameOID.COMMON_NAME, "gateway")),
    "one attribute that looks like two": name_of((NameOID.COMMON_NAME, "gateway,O=Acme\\, Inc.")),
    "an escape that is text": name_of((NameOID.ORGANIZATION_NAME, "Acme\\, Inc."), (NameOID.COMMON_NAME, "gateway")),
    "an attribute more": x509.Name([*REGISTERED, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "x")]),
    "an attribute less": common_name("gateway"),
    "both in one": x509.Name([x509.RelativeDistinguishedName(list(REGISTERED))]),
}


@pytest.mark.parametrize("name", TWINS)
def test_K9_a_subject_that_only_reads_like_the_registered_one_is_another(world: ClientWorld, name: str) -> None:
    registered = REGISTERED.rfc4514_string()
    assert registered == "CN=gateway,O=Acme\\, Inc."
    world.register(tls(subject_dn=registered))
    good = pem(CA.sign(replace(device(), subject=REGISTERED)))
    assert world.ask(client_id=GATEWAY, client_certificate=good).client_id == GATEWAY
    assert "subject_dn" in refused(world, CA.sign(replace(device(), subject=TWINS[name])))


def test_K10_the_caller_says_when_its_certificate_ends(world: ClientWorld) -> None:
    leaf = CA.sign(replace(gateway(), not_after=NOW + HOUR / 2))
    assert world.ask(client_id=GATEWAY, client_certificate=pem(leaf)).expires_at == NOW + HOUR // 2
