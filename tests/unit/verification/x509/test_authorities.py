import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from federation.verification.x509.authorities import (
    UnusableAuthority,
    authority_in_pem,
    authority_in_x5c,
    read_authority,
)
from tests.support.x509_authority import Authority, authority, device, pem, rsa_private

CA = authority()
ENTRY = base64.b64encode(CA.certificate.public_bytes(Encoding.DER)).decode()


@pytest.mark.parametrize("made", [CA, authority("rsa", key=rsa_private("rsa")), CA.below("below")])
def test_an_authority_is_read_from_pem_and_from_a_bundle(made: Authority) -> None:
    certificate = made.certificate
    entry = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    assert (
        read_authority(pem(certificate)) == authority_in_pem(pem(certificate)) == authority_in_x5c(entry) == certificate
    )


def test_each_text_is_parsed_once() -> None:
    assert authority_in_pem(CA.pem) is authority_in_pem(CA.pem)
    assert authority_in_x5c(ENTRY) is authority_in_x5c(ENTRY)


@pytest.mark.parametrize("entry", [f"{ENTRY}\n", ENTRY.replace("+", "-").rstrip("="), f" {ENTRY}", ENTRY + ENTRY, ""])
def test_an_entry_of_x5c_has_one_spelling(entry: str) -> None:
    assert (authority_in_x5c(entry) is None) == (entry != ENTRY)


def test_what_is_no_authority_is_none_on_the_token_path_and_says_why_at_write() -> None:
    leaf = pem(CA.sign(device()))
    assert authority_in_pem(leaf) is None
    with pytest.raises(UnusableAuthority, match="CA:true"):
        read_authority(leaf)


def test_an_authority_may_be_bounded_in_what_it_signs() -> None:
    bounded = authority("bounded", x509.NameConstraints([x509.DNSName("example.org")], None))
    assert read_authority(bounded.pem) == bounded.certificate
