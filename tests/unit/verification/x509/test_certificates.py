import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.x509.certificates import digest, read_presented, thumbprint
from federation.verification.x509.leaf import serial
from tests.support.x509_authority import authority, device, pem

# RFC 8705 appendix A.
EXAMPLE = """-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
"""


def test_the_thumbprint_is_that_of_rfc_8705() -> None:
    certificate = x509.load_pem_x509_certificate(EXAMPLE.encode())
    assert thumbprint(certificate) == "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"


def test_a_certificate_without_version_3_can_say_nothing_about_its_use_and_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_presented(EXAMPLE)
    assert (refused.value.reason, refused.value.detail) == (Reason.CERTIFICATE_REFUSED, "not version 3")


def test_the_first_certificate_is_the_clients_own() -> None:
    ca = authority()
    leaf, below = ca.sign(device()), ca.below("below").certificate
    presented = read_presented(pem(leaf, below))
    assert (presented.unverified_leaf, presented.intermediates) == (leaf, (below,))
    assert presented.thumbprint == thumbprint(leaf)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "01"), (0x0A1B2C, "0a1b2c"), (0xFF, "ff"), (0x100, "0100"), (2**159 - 1, "7f" + "ff" * 19)]
)
def test_a_serial_number_has_two_digits_per_octet(number: int, text: str) -> None:
    assert serial(authority().sign(replace(device(), serial=number))) == text


def test_the_digest_is_of_the_der() -> None:
    certificate = authority().sign(device())
    assert digest(certificate) == hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
