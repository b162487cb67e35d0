"""K8: a path that does not hold, from a leaf to its issuer's authority; and bytes that are no certificate at all."""

import base64
from collections.abc import Callable
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.certificate import ANY
from federation.verification.verifier import UnverifiedToken
from tests.support.x509_authority import (
    CLIENT,
    HOUR,
    NOW,
    SERVER,
    Authority,
    Wanted,
    authority,
    device,
    pem,
    rsa_private,
    svid,
    usage,
    with_sha1,
)
from tests.support.x509_world import bundle, certificate_world, devices, spiffe

CA = authority()
WORLD = certificate_world(devices(CA), spiffe(), bundle=bundle(CA))
LIMITED = authority("limited", x509.BasicConstraints(ca=True, path_length=0))


def test_K8_a_valid_path_is_accepted_with_and_without_intermediates() -> None:
    one = CA.below("one")
    two = one.below("two")
    assert WORLD.verify(CA.sign(device())).subject == "press-7"
    assert WORLD.verify(one.sign(device()), one.certificate).subject == "press-7"
    assert WORLD.verify(two.sign(svid()), one.certificate, two.certificate).subject.endswith("/web")
    assert WORLD.verify(two.sign(svid()), two.certificate, one.certificate).subject.endswith("/web")


def test_K8_an_expired_certificate_is_refused_from_the_second_on_in_which_it_ends() -> None:
    certificate = CA.sign(replace(device(), not_after=NOW))
    assert WORLD.verify(certificate).expires_at == NOW
    for late in (1, 61, HOUR):
        world = certificate_world(devices(CA))
        world.clock.advance(late)
        assert world.refusal(certificate) is Reason.TOKEN_EXPIRED


def test_K8_a_certificate_that_does_not_hold_yet_is_refused() -> None:
    certificate = CA.sign(replace(device(), not_before=NOW + 1))
    with pytest.raises(InvalidRequest) as refused:
        WORLD.verify(certificate)
    assert refused.value.reason is Reason.TOKEN_NOT_YET_VALID


def test_K8_an_expired_intermediate_is_refused() -> None:
    expired = CA.below("expired", not_after=NOW - 1)
    assert WORLD.detail(expired.sign(device()), expired.certificate)


def test_K8_an_expired_authority_is_refused() -> None:
    world = certificate_world(devices(CA))
    world.clock.at = CA.certificate.not_valid_after_utc.timestamp() + 1
    outliving = CA.sign(replace(device(), not_after=world.clock.at + HOUR))
    assert world.detail(outliving)


def test_K8_a_path_longer_than_its_authority_allows_is_refused() -> None:
    world = certificate_world(devices(LIMITED))
    below = LIMITED.below("below")
    assert world.verify(LIMITED.sign(device())).subject == "press-7"
    assert world.detail(below.sign(device()), below.certificate)


def test_K8_a_path_of_more_than_three_intermediates_is_refused() -> None:
    path: list[Authority] = [CA]
    for depth in range(4):
        path.append(path[-1].below(f"depth {depth}"))
    for length, accepted in ((3, True), (4, False)):
        certificates = [below.certificate for below in path[1 : length + 1]]
        leaf = path[length].sign(device())
        assert bool(WORLD.verify(leaf, *certificates)) if accepted else WORLD.detail(leaf, *certificates)


NOT_AN_AUTHORITY: dict[str, tuple[x509.ExtensionType, ...]] = {
    "CA:false": (x509.BasicConstraints(ca=False, path_length=None),),
    "no keyCertSign": (usage("digital_signature"),),
    "for servers alone": (SERVER,),
}


@pytest.mark.parametrize("extensions", NOT_AN_AUTHORITY.values(), ids=NOT_AN_AUTHORITY)
def test_K8_an_intermediate_that_is_no_authority_for_clients_is_refused(
    extensions: tuple[x509.ExtensionType, ...],
) -> None:
    below = CA.below("below", *extensions)
    assert WORLD.detail(below.sign(device()), below.certificate)


def test_K8_a_leaf_that_signs_another_leaf_is_refused() -> None:
    leaf = Authority(device().subject, device().key, CA.sign(device()))  # type: ignore[arg-type]
    assert WORLD.detail(leaf.sign(device("press-8")), leaf.certificate)


@pytest.mark.parametrize("extension", [x509.KeyUsage, x509.SubjectKeyIdentifier])
def test_K8_an_authority_need_not_say_more_than_that_it_is_one(extension: type[x509.ExtensionType]) -> None:
    plain = authority("plain", without=(extension,))
    assert certificate_world(devices(plain)).verify(plain.sign(device())).subject == "press-7"


def test_K8_an_intermediate_for_clients_is_accepted() -> None:
    below = CA.below("below", CLIENT)
    assert WORLD.verify(below.sign(device()), below.certificate).subject == "press-7"


@pytest.mark.parametrize(("name", "accepted"), [("press.acme.example", True), ("press.evil.example", False)])
def test_K8_name_constraints_of_an_authority_hold(name: str, accepted: bool) -> None:
    permitted = x509.NameConstraints([x509.DNSName("acme.example")], None)
    bound = authority("bound", permitted)
    world = certificate_world(devices(bound))
    certificate = bound.sign(device().but(x509.SubjectAlternativeName([x509.DNSName(name)])))
    assert bool(world.verify(certificate)) if accepted else world.detail(certificate)


def test_K8_name_constraints_that_cannot_be_evaluated_are_refused() -> None:
    bound = authority("bound to a domain", x509.NameConstraints([x509.UniformResourceIdentifier("example.org")], None))
    assert certificate_world(spiffe(), bundle=bundle(bound)).detail(bound.sign(svid()))


UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")

NOT_A_CLIENT: dict[str, Callable[[Wanted], Wanted]] = {
    "for servers alone": lambda wanted: wanted.but(SERVER),
    "CA:true": lambda wanted: wanted.but(x509.BasicConstraints(ca=True, path_length=None)),
    "keyCertSign": lambda wanted: wanted.but(usage("digital_signature", "key_cert_sign")),
    "no digitalSignature": lambda wanted: wanted.but(usage("key_agreement")),
    "an unknown critical extension": lambda wanted: replace(
        wanted.but(UNKNOWN), critical=wanted.critical | {type(UNKNOWN)}
    ),
    "an RSA key of 1024 bits": lambda wanted: replace(wanted, key=rsa_private("weak", 1024)),
    "a key on another curve": lambda wanted: replace(wanted, key=generate_private_key(SECP256K1())),
}


@pytest.mark.parametrize("change", NOT_A_CLIENT.values(), ids=NOT_A_CLIENT)
def test_K8_a_leaf_that_is_not_for_clients_is_refused(change: Callable[[Wanted], Wanted]) -> None:
    assert WORLD.detail(CA.sign(change(device())))


HARMLESS: dict[str, Callable[[Wanted], Wanted]] = {
    "an unknown extension": lambda wanted: wanted.but(UNKNOWN),
    "no key usage": lambda wanted: wanted.but(without=(x509.KeyUsage,)),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_K8_what_means_nothing_is_no_reason_to_refuse(change: Callable[[Wanted], Wanted]) -> None:
    assert WORLD.verify(CA.sign(change(device()))).subject == "press-7"


@pytest.mark.parametrize("key", [rsa_private("sound"), Ed25519PrivateKey.generate()], ids=["RSA", "Ed25519"])
def test_K8_a_leaf_may_have_any_sound_key(key: object) -> None:
    assert WORLD.verify(CA.sign(replace(device(), key=key))).subject == "press-7"


def test_K8_a_signature_with_sha1_is_refused() -> None:
    key = rsa_private("authority")
    ca = authority("rsa", key=key)
    certificate = ca.sign(device())
    world = certificate_world(devices(ca))
    assert world.verify(certificate).subject == "press-7"
    assert world.detail(with_sha1(certificate, key))


def test_K8_an_authority_with_a_weak_key_vouches_for_nobody() -> None:
    weak = authority("weak", key=rsa_private("weak", 1024))
    assert certificate_world(devices(weak)).refusal(weak.sign(device())) is Reason.UNTRUSTED_ISSUER
    world = certificate_world(spiffe(), bundle=bundle(weak))
    assert world.detail(weak.sign(svid())) == "the issuer has no authority for certificates"


def verify_pem(text: str) -> None:
    WORLD.verifier.verify(UnverifiedToken(ANY, TokenType.MTLS, text))


BROKEN = {
    "nothing": "",
    "words": "certificate",
    "an empty block": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "no DER": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a private key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "an outsized one": pem(CA.certificate) * 60,
    "too many": pem(*[CA.sign(device())] * 6),
    "a NUL": "\x00",
    "a lone surrogate": "\ud800",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_K8_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        verify_pem(text)
    assert refused.value.reason is Reason.CERTIFICATE_REFUSED


def test_K8_what_is_too_large_is_not_even_parsed() -> None:
    certificate = pem(CA.sign(device()))
    verify_pem(certificate.ljust(32 * 1024))
    with pytest.raises(InvalidRequest) as refused:
        verify_pem(certificate.ljust(32 * 1024 + 1))
    assert refused.value.detail == "above 32 KiB"


DER = CA.sign(svid()).public_bytes(Encoding.DER)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(DER) * 8 - 1))
def test_K8_a_certificate_with_any_bit_bent_is_refused(bit: int) -> None:
    bent = bytearray(DER)
    bent[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidRequest):
        verify_pem(armoured(bytes(bent)))


def test_K8_a_signature_with_bits_that_it_does_not_use_is_refused() -> None:
    """The library leaves such bits out where they are nought."""
    certificate = next(one for one in (CA.sign(svid()) for _ in count()) if one.signature[-1] % 2 == 0)
    bent = bytearray(certificate.public_bytes(Encoding.DER))
    verify_pem(armoured(bytes(bent)))
    bent[-len(certificate.signature) - 1] = 1
    with pytest.raises(InvalidRequest):
        verify_pem(armoured(bytes(bent)))


@given(st.binary(max_size=400), st.integers(0, len(DER)))
def test_K8_any_bytes_are_refused(junk: bytes, place: int) -> None:
    for data in (junk, DER[:place] + junk, DER[:place] + junk + DER[place:] if junk else b""):
        if data != DER:
            with pytest.raises(InvalidRequest):
                verify_pem(armoured(data))


def armoured(data: bytes) -> str:
    body = base64.b64encode(data).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
