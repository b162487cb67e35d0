import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from federation.model.tokens import VerifiedToken
from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.verifier import UnverifiedToken
from tests.support.issuer_world import trusted
from tests.support.x509_authority import HOUR, NOW, authority, device, pem, svid
from tests.support.x509_world import bundle, certificate_world, devices, spiffe

CA = authority("acme")


def members(verified: VerifiedToken) -> dict[str, object]:
    return {name: getattr(verified, name) for name in verified.__struct_fields__}


def test_a_verified_certificate_says_what_was_proven() -> None:
    certificate = CA.sign(replace(device(), serial=0xA1B2C))
    der = certificate.public_bytes(Encoding.DER)
    verified = members(certificate_world(devices(CA)).verify(certificate))
    assert verified == {
        **verified,
        "issuer": devices(CA),
        "token_type": TokenType.MTLS,
        "subject": "press-7",
        "issued_at": NOW - HOUR,
        "expires_at": NOW + HOUR,
        "digest": hashlib.sha256(der).hexdigest(),
        "claims": {
            "sub": "press-7",
            "cn": "press-7",
            "serial": "0a1b2c",
            "issuer_dn": "CN=acme",
            "x5t#S256": base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode(),
        },
        "key_id": None,
        "keys_stale": False,
        "keys_as_of": None,
        "unaccounted": (),
    }


def test_it_says_whether_the_bundle_could_not_be_read_lately() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    fresh = world.verify(CA.sign(svid()))
    assert (fresh.keys_stale, fresh.keys_as_of) == (False, NOW)
    del world.web.documents["https://bundle.example.org/bundle.json"]
    world.clock.advance(601)
    stale = world.verify(CA.sign(svid()))
    assert (stale.keys_stale, stale.keys_as_of) == (True, NOW)


def test_a_provider_without_certificates_has_none_even_if_its_document_names_authorities() -> None:
    careless = trusted(keys=IssuerKeys(certificates=(CA.pem,)))
    assert certificate_world(careless).detail(CA.sign(device())) == "this provider has no certificates"


def test_a_document_with_an_unreadable_authority_keeps_the_others_and_those_of_other_documents() -> None:
    broken = devices(CA, id_="broken", keys=IssuerKeys(certificates=("-----BEGIN", authority("other").pem)))
    world = certificate_world(broken, devices(CA))
    assert world.verify(CA.sign(device())).issuer.id == "acme-devices"
    assert world.verify(authority("other").sign(device())).issuer.id == "broken"


def test_a_new_tuple_of_issuers_is_seen_at_once() -> None:
    world = certificate_world(devices(CA))
    assert world.verify(CA.sign(device())).issuer.version == 1
    world.directory.current = (devices(CA, version=2),)
    assert world.verify(CA.sign(device())).issuer.version == 2
    world.directory.current = ()
    assert world.refusal(CA.sign(device())) is Reason.UNTRUSTED_ISSUER


def test_several_owners_are_named_in_the_audit_record_alone() -> None:
    world = certificate_world(devices(CA, id_="b"), devices(CA, id_="a"))
    with pytest.raises(InvalidRequest) as refused:
        world.verify(CA.sign(device()))
    assert (refused.value.reason, refused.value.detail) == (Reason.AMBIGUOUS_ISSUER, "a b")


def test_what_the_certificate_says_does_not_show_in_a_refusal() -> None:
    world = certificate_world(devices(CA))
    twin = authority("acme", key=authority("x").key)
    for certificate in (CA.sign(device("canary canary")), twin.sign(device("canary"))):
        with pytest.raises(InvalidRequest) as refused:
            world.verify(certificate)
        assert "canary" not in f"{refused.value.detail}{refused.value.description}"


def test_a_certificate_does_not_show_in_the_repr_of_a_request_or_of_what_it_proved() -> None:
    certificate = CA.sign(device("canary"))
    presented = UnverifiedToken("mtls", TokenType.MTLS, pem(certificate))
    assert "BEGIN" not in repr(presented)
    assert "x5t#S256" not in repr(certificate_world(devices(CA)).verify(certificate))
