"""Certificate authorities as trust anchors: from an Issuer document, or from a SPIFFE bundle."""

import base64
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from federation.verification.jwk import weakness
from federation.verification.x509.certificates import extension, read_all_of

_CURVES = (SECP256R1, SECP384R1, SECP521R1)
_KEPT = 1000
"""Parsed authorities."""


class UnusableAuthority(ValueError):
    """This certificate must not vouch for any other; the message says why and holds no input."""


def read_authority(pem: str) -> x509.Certificate:
    """The one authority in `pem`; raises UnusableAuthority."""
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except Exception:  # noqa: BLE001 (as in `judging`: no list of types is promised)
        raise UnusableAuthority("not a PEM certificate") from None
    if len(certificates) != 1:
        raise UnusableAuthority("several certificates: make each an entry of its own")
    return _checked(certificates[0])


@lru_cache(maxsize=_KEPT)
def authority_in_pem(pem: str) -> x509.Certificate | None:
    """The same; None: unusable. Each text is parsed once."""
    try:
        return read_authority(pem)
    except UnusableAuthority:
        return None


@lru_cache(maxsize=_KEPT)
def authority_in_x5c(entry: str) -> x509.Certificate | None:
    """The authority in an entry of `x5c` (RFC 7517 section 4.7: base64 of the DER); None: unusable."""
    try:
        return _checked(x509.load_der_x509_certificate(base64.b64decode(entry.encode("ascii"), validate=True)))
    except Exception:  # noqa: BLE001 (one that cannot be read must not keep the good ones beside it from vouching)
        return None


def _checked(certificate: x509.Certificate) -> x509.Certificate:
    try:
        read_all_of(certificate)
        problem = _problem(certificate)
    except Exception:  # noqa: BLE001
        raise UnusableAuthority("malformed") from None
    if problem:
        raise UnusableAuthority(problem)
    return certificate


def _problem(certificate: x509.Certificate) -> str | None:
    constraints = extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        return "it is no authority: its basic constraints do not say CA:true"
    usage = extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return "its key usage lacks keyCertSign"
    return _key_problem(certificate)


def _key_problem(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return weakness(numbers.n, numbers.e)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return None
    return "its key is neither RSA nor ECDSA on P-256, P-384 or P-521"
