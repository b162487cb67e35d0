"""K1, K7, K10: which certificate a request has, that it is judged anew in every one, and what it bounds."""

from collections.abc import Iterator

import pytest
from cryptography import x509
from msgspec.structs import replace

from federation.model.json import Json
from federation.model.trust import Selector
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.x509.certificates import digest, thumbprint
from federation.verification.x509.leaf import serial
from tests.support.exchange_world import MAPPING, NOW, Bridge, body, bridge, reason
from tests.support.x509_authority import Authority, authority, device, pem, svid
from tests.support.x509_world import BUNDLE, TRUST_DOMAIN, bundle, certificate_world, devices, spiffe

CA, OTHER = authority(), authority("other")
WEB = f"{TRUST_DOMAIN}/ns/prod/sa/web"


def owner(*authorities: Authority, **changes: Json) -> dict[str, Json]:
    certificates: list[Json] = [ca.pem for ca in authorities]
    document: dict[str, Json] = {
        "kind": "Issuer",
        "id": "presses",
        "tenant": "acme",
        "provider": "device",
        "issuer": "https://devices.acme.example.com",
        "keys": {"certificates": certificates},
    }
    return {**document, **changes}


DOMAIN: dict[str, Json] = {
    "kind": "Issuer",
    "id": "cluster",
    "tenant": "acme",
    "provider": "spiffe",
    "issuer": TRUST_DOMAIN,
    "keys": {"jwks_uri": BUNDLE},
}


@pytest.fixture
def world() -> Iterator[Bridge]:
    """A bridge that maps one press and one workload."""
    with bridge() as made:
        made.write(owner(CA))
        made.write(DOMAIN)
        for name, issuer, sub in (("press", "presses", "press-7"), ("web", "cluster", WEB)):
            mapping = {**MAPPING, "id": name, "issuer": issuer, "match": {"sub": sub}, "principal": f"device/{name}"}
            made.write(mapping, Selector("sub", sub))
        made.web.documents[BUNDLE] = bundle(CA)
        yield made


def connect(world: Bridge, certificate: x509.Certificate | None, token: str = "mtls") -> HttpResponse:
    """An exchange over a connection with that client certificate."""
    world.certificate = None if certificate is None else pem(certificate)
    return world.post(token, subject_token_type=TokenType.MTLS.value)


def test_K1_the_connections_certificate_is_the_subject(world: Bridge) -> None:
    for wanted, principal in ((device(), "device/press"), (svid(WEB), "device/web")):
        assert connect(world, CA.sign(wanted)).status == 200
        assert [record["principal"] for record in world.ledger.records.values()][-1] == principal


@pytest.mark.parametrize(
    "header",
    [
        *("x-client-cert", "x-amzn-mtls-clientcert", "x-amzn-mtls-clientcert-leaf", "x-amzn-mtls-clientcert-subject"),
        *(
            "x-ssl-cert",
            "x-ssl-client-cert",
            "ssl-client-cert",
            "x-forwarded-client-cert",
            "x-forwarded-tls-client-cert",
        ),
        *("client-cert", "client-cert-chain", "x-tls-client-cert", "cf-client-cert", "clientcertpem"),
    ],
)
def test_K1_a_certificate_in_a_header_is_none(world: Bridge, header: str) -> None:
    world.headers[header] = pem(CA.sign(device())).replace("\n", " ")
    assert reason(connect(world, None)) == "certificate_required"
    stranger = OTHER.sign(device())
    assert reason(connect(world, stranger)) == "untrusted_issuer"


def test_K1_a_certificate_in_the_subject_token_is_none(world: Bridge) -> None:
    certificate = CA.sign(device())
    for token in (pem(certificate), thumbprint(certificate)):
        assert reason(connect(world, None, token)) == "certificate_required"


def test_K1_the_subject_token_names_the_connections_certificate_or_none(world: Bridge) -> None:
    mine, yours = CA.sign(device()), CA.sign(device("press-8"))
    assert connect(world, mine, thumbprint(mine)).status == 200
    in_hex = digest(mine)
    for token in (thumbprint(yours), in_hex, f"{thumbprint(mine)}=", thumbprint(mine)[:-1], "MTLS", "mtls ", "x"):
        assert reason(connect(world, mine, token)) == "certificate_required", token


def test_K1_a_certificate_beside_a_token_of_another_type_changes_nothing(world: Bridge) -> None:
    world.certificate = pem(CA.sign(device()))
    assert world.post().status == 200
    assert [record["principal"] for record in world.ledger.records.values()] == ["partner/acme/sync"]
    assert reason(world.post("mtls")) == "malformed_token"


def test_K7_a_revoked_certificate_is_refused_by_the_very_next_request(world: Bridge) -> None:
    lost, kept = CA.sign(device()), CA.sign(device())
    assert connect(world, lost).status == 200
    world.write(owner(CA, revoked=[serial(lost)]))
    assert reason(connect(world, lost)) == "certificate_refused"
    assert connect(world, kept).status == 200


@pytest.mark.parametrize("spelling", ["0a1b2c3d4e", "0A1B2C3D4E", "0A:1B:2c:3d:4e"])
def test_K7_a_serial_number_is_a_number_however_it_is_written(world: Bridge, spelling: str) -> None:
    certificate = CA.sign(replace(device(), serial=0x0A1B2C3D4E))
    assert connect(world, certificate).status == 200
    world.write(owner(CA, revoked=[spelling]))
    assert reason(connect(world, certificate)) == "certificate_refused"


def test_K7_a_revoked_intermediate_takes_along_what_it_has_signed() -> None:
    factory = CA.below("factory")
    trusted = devices(CA)
    world = certificate_world(trusted)
    leaf = factory.sign(device())
    assert world.verify(leaf, factory.certificate).subject == "press-7"
    revoked = frozenset({factory.certificate.serial_number})
    world.directory.current = (replace(trusted, revoked=revoked),)
    assert world.detail(leaf, factory.certificate) == "revoked"
    assert world.verify(CA.sign(device())).subject == "press-7"


def test_K7_an_authority_that_was_taken_out_is_refused_by_the_very_next_request(world: Bridge) -> None:
    assert connect(world, CA.sign(device())).status == 200
    world.write(owner(OTHER))
    assert reason(connect(world, CA.sign(device()))) == "untrusted_issuer"
    assert connect(world, OTHER.sign(device())).status == 200


def test_K7_a_disabled_issuer_is_refused_by_the_very_next_request(world: Bridge) -> None:
    assert connect(world, CA.sign(device())).status == 200
    world.write(owner(CA, enabled=False))
    assert reason(connect(world, CA.sign(device()))) == "untrusted_issuer"


def test_K7_an_authority_that_left_the_bundle_is_refused_once_the_bundle_is_read_again(world: Bridge) -> None:
    assert connect(world, CA.sign(svid(WEB))).status == 200
    world.web.documents[BUNDLE] = bundle(OTHER)
    world.clock.advance(600)
    assert reason(connect(world, CA.sign(svid(WEB)))) == "certificate_refused"
    assert connect(world, OTHER.sign(svid(WEB))).status == 200


def test_K7_a_revoked_svid_is_refused(world: Bridge) -> None:
    certificate = CA.sign(svid(WEB))
    world.write({**DOMAIN, "revoked": [serial(certificate)]})
    assert reason(connect(world, certificate)) == "certificate_refused"
    assert connect(world, CA.sign(svid(WEB))).status == 200


@pytest.mark.parametrize(("left", "lifetime"), [(31, 31), (299, 299), (3600, 300)])
def test_K10_no_token_outlives_its_certificate(world: Bridge, left: int, lifetime: int) -> None:
    answer = connect(world, CA.sign(replace(device(), not_after=NOW + left)))
    assert body(answer)["expires_in"] == lifetime


@pytest.mark.parametrize(("left", "why"), [(29, "token_expires_too_soon"), (-1, "token_expired")])
def test_K10_a_certificate_about_to_end_yields_nothing(world: Bridge, left: int, why: str) -> None:
    answer = connect(world, CA.sign(replace(device(), not_after=NOW + left)))
    assert reason(answer) == why
    assert world.ledger.records == {}


def test_K7_a_certificate_of_a_single_use_issuer_is_refused_since_it_comes_again_and_again() -> None:
    world = certificate_world(spiffe(single_use=True), bundle=bundle(CA))
    assert world.refusal(CA.sign(svid())) is Reason.CERTIFICATE_REFUSED
