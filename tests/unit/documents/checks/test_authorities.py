"""Issuers of client certificates and SPIFFE trust domains, as they are written."""

from collections.abc import Sequence
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from federation.admin.editor import TrustEditor
from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from tests.support.document_vectors import base, sources
from tests.support.fake_trust import FakeTrust
from tests.support.jose_keys import rsa_key
from tests.support.trust_documents import SOMEBODY
from tests.support.x509_authority import NOT_CA, authority, device, pem, rsa_private, usage
from tests.support.x509_world import bundle, x509_svid

CA, OTHER = authority(), authority("other")
PRESSES = base(
    "issuer",
    id="presses",
    provider="device",
    issuer="https://devices.example.com",
    keys={"certificates": [CA.pem]},
    revoked=["0A1B2C"],
)
DOMAIN = base(
    "issuer", id="cluster", provider="spiffe", issuer="spiffe://example.org", keys={"jwks_uri": "https://b.example/b"}
)


def problems(*bodies: dict[str, Any]) -> list[str]:
    """(place and message) of whatever keeps the documents from being written."""
    try:
        validate(sources(*bodies))
    except InvalidDocuments as error:
        return [f"{problem.pointer} {problem.message}" for problem in error.problems]
    return []


def with_keys(document: dict[str, Any], **keys: object) -> dict[str, Any]:
    return {**document, "keys": keys}


def stored(*bodies: dict[str, Any]) -> FakeTrust:
    trust = FakeTrust()
    TrustEditor(trust).apply(validate(sources(*bodies)), SOMEBODY)
    assert trust.corrupt == []
    return trust


def test_what_is_written_is_what_the_token_path_reads() -> None:
    presses, cluster = sorted(stored(PRESSES, DOMAIN).issuers(), key=lambda issuer: issuer.id, reverse=True)
    assert (presses.keys.certificates, presses.revoked) == ((CA.pem,), frozenset({0x0A1B2C}))
    assert (cluster.issuer, cluster.revoked) == ("spiffe://example.org", frozenset())


@pytest.mark.parametrize("serial", ["0A1B2C", "0a1b2c", "0a:1b:2c", "00", "ff" * 20])
def test_a_serial_number_may_be_written_as_tools_print_it(serial: str) -> None:
    [presses] = stored({**PRESSES, "revoked": [serial]}).issuers()
    assert presses.revoked == frozenset({int(serial.replace(":", ""), 16)})


@pytest.mark.parametrize("serial", ["", "0", "a1b", "0x0a", "0a 1b", "0a::1b", ":0a", "0g", "ff" * 21, 12, None])
def test_anything_else_is_no_serial_number(serial: object) -> None:
    [problem] = problems({**PRESSES, "revoked": [serial]})
    assert problem.startswith("/revoked/0 ")


EDWARDS = replace(device(), key=Ed25519PrivateKey.generate()).but(
    x509.BasicConstraints(ca=True, path_length=0), without=(x509.KeyUsage,)
)

NO_AUTHORITY = {
    "no PEM": ("authority", "not a PEM certificate"),
    "a leaf": (pem(CA.sign(device())), "CA:true"),
    "a leaf that says so": (pem(CA.sign(device().but(NOT_CA))), "CA:true"),
    "two in one": (CA.pem + OTHER.pem, "several certificates"),
    "a key": ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "not a PEM certificate"),
    "not for signing": (authority("n", usage("digital_signature")).pem, "keyCertSign"),
    "another curve": (authority("k1", key=generate_private_key(SECP256K1())).pem, "ECDSA on P-256"),
    "a weak key": (authority("weak", key=rsa_private("weak", 1024)).pem, "RSA"),
    "a kind of key that no path may have": (pem(CA.sign(EDWARDS)), "ECDSA"),
}


@pytest.mark.parametrize(("text", "says"), NO_AUTHORITY.values(), ids=NO_AUTHORITY)
def test_what_is_no_authority_is_refused_where_it_stands(text: str, says: str) -> None:
    [problem] = problems(with_keys(PRESSES, certificates=[CA.pem, text]))
    assert problem.startswith("/keys/certificates/1 ")
    assert says in problem


@pytest.mark.parametrize("certificates", [[], [CA.pem, CA.pem], CA.pem])
def test_authorities_are_a_list_of_different_ones(certificates: Sequence[str]) -> None:
    [problem] = problems(with_keys(PRESSES, certificates=certificates))
    assert problem.startswith("/keys/certificates ")


@pytest.mark.parametrize(
    "about_tokens",
    [
        {"audiences": ["https://federation.example.com"]},
        {"algorithms": ["RS256"]},
        {"max_token_age": "1h"},
        {"single_use": True},
        {"max_stale": "1h"},
    ],
    ids=str,
)
def test_what_is_about_tokens_would_protect_nothing(about_tokens: dict[str, Any]) -> None:
    [problem] = problems({**PRESSES, **about_tokens})
    assert "that is about tokens" in problem


@pytest.mark.parametrize("provider", ["oidc", "kubernetes", "github"])
def test_providers_without_certificates_take_none(provider: str) -> None:
    document = {**base("issuer"), "provider": provider, "keys": {"certificates": [CA.pem]}}
    document |= {"issuer": "https://token.actions.githubusercontent.com"} if provider == "github" else {}
    assert any("has no client certificates" in problem for problem in problems(document))


def test_revoked_certificates_of_an_issuer_without_any_would_protect_nothing() -> None:
    [problem] = problems({**base("issuer"), "revoked": ["0a"]})
    assert "this issuer has none" in problem
    assert problems({**DOMAIN, "revoked": ["0a"]}) == []


def test_one_authority_vouches_for_one_owner() -> None:
    twin = {**PRESSES, "id": "twin", "issuer": "https://twin.example.com"}
    message = "Issuer presses has the same authority; a certificate could not choose"
    assert problems(PRESSES, twin) == [f"/keys/certificates/0 {message}"]
    renewed = authority("root", x509.BasicConstraints(ca=True, path_length=0)).pem
    assert renewed != CA.pem
    assert problems(PRESSES, with_keys(twin, certificates=[OTHER.pem, renewed]))
    assert problems(PRESSES, {**twin, "enabled": False}) == []
    assert problems(PRESSES, with_keys(twin, certificates=[OTHER.pem])) == []


def test_a_domain_and_devices_may_share_an_authority_since_svids_name_their_domain() -> None:
    assert problems(PRESSES, with_keys(DOMAIN, certificates=[CA.pem])) == []


def test_one_owner_may_name_tokens_and_certificates_alike() -> None:
    tokens = {**base("issuer", id="tokens", provider="device", issuer=PRESSES["issuer"])}
    assert problems(PRESSES, tokens) == []


SIGNING = rsa_key().jwk(use="jwt-svid")


@pytest.mark.parametrize("jwks", [bundle(CA), bundle(CA, OTHER, keys=(SIGNING,)), bundle(keys=(SIGNING,))])
def test_a_bundle_may_stand_in_the_document(jwks: dict[str, Any]) -> None:
    assert problems(with_keys(DOMAIN, jwks=jwks)) == []


AUTHORITY = x509_svid(CA)

BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "an authority with no certificate": ({**AUTHORITY, "x5c": []}, "key 1: x5c"),
    "an authority by number": ({**AUTHORITY, "x5c": [1]}, "key 1: x5c"),
    "an authority without certificate": ({"use": "x509-svid", "kty": "EC"}, "key 1: x5c"),
    "an authority with its private key": ({**AUTHORITY, "d": "AA"}, "key 1: private members"),
    "a leaf": (x509_svid(CA.sign(device())), "key 1: x5c"),
    "a key for anything": (rsa_key().jwk(), "use: jwt-svid or x509-svid"),
    "a key for something else": (rsa_key().jwk(use="enc"), "key 1: use is not sig"),
}


@pytest.mark.parametrize(("key", "says"), BROKEN.values(), ids=BROKEN)
def test_a_bundle_with_an_entry_that_is_ignored_elsewhere_is_refused(key: dict[str, Any], says: str) -> None:
    [problem] = problems(with_keys(DOMAIN, jwks=bundle(CA, keys=(key,))))
    assert says in problem


@pytest.mark.parametrize(
    "issuer", ["spiffe://", "spiffe://Example.org", "spiffe://example.org/", "spiffe://example.org/web", "spiffe://e:1"]
)
def test_a_trust_domain_has_one_spelling(issuer: str) -> None:
    [problem] = problems({**DOMAIN, "issuer": issuer})
    assert problem.startswith("/issuer a trust domain")
