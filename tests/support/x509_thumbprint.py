"""RFC 8705 section 3.1 by its own words."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.jose_keys import b64u


def x5t_s256(certificate: x509.Certificate) -> str:
    return b64u(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())
