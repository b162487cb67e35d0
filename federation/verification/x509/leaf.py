"""What a verified leaf must be, whatever its kind, and the facts that are read from it (ATTACKS K4, K8)."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from federation.model.json import Json
from federation.verification.weak_rsa import weakness
from federation.verification.x509.certificates import judging, refused, thumbprint
from federation.verification.x509.chain import VerifiedChain
from federation.verification.x509.extensions import extension

_CURVES = (SECP256R1, SECP384R1, SECP521R1)


@judging("malformed")
def check_leaf(chain: VerifiedChain) -> None:
    """Raises InvalidRequest where the certificate is not one of a TLS client."""
    constraints = extension(chain.leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise refused("CA:true")
    _check_usage(extension(chain.leaf, x509.KeyUsage))
    check_purposes(chain.leaf)
    check_key(chain.leaf)


@judging("malformed")
def check_purposes(certificate: x509.Certificate) -> None:
    """Raises InvalidRequest where a certificate that says what it is for does not name TLS clients."""
    purposes = extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise refused("extended key usage without clientAuth")


def _check_usage(usage: x509.KeyUsage | None) -> None:
    if usage is None:
        return
    if usage.key_cert_sign or usage.crl_sign:
        raise refused("keyCertSign or cRLSign")
    if not usage.digital_signature:
        raise refused("key usage without digitalSignature")


@judging("malformed")
def check_key(certificate: x509.Certificate) -> None:
    """Raises InvalidRequest for a weak key, or one of a kind that is not known here."""
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        if reason := weakness(numbers.n, numbers.e):
            raise refused(reason)
    elif not (isinstance(key, Ed25519PublicKey) or _is_on_known_curve(key)):
        raise refused("kind of key")


def _is_on_known_curve(key: CertificatePublicKeyTypes) -> bool:
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def facts(chain: VerifiedChain) -> dict[str, Json]:
    """Claims that certificates of every kind have. `serial`: lower-case hex, two digits per octet."""
    return {
        "serial": serial(chain.leaf),
        "issuer_dn": chain.leaf.issuer.rfc4514_string(),
        "x5t#S256": thumbprint(chain.leaf),
    }


def serial(certificate: x509.Certificate) -> str:
    """The serial number in lower-case hex, two digits per octet, without colons."""
    number = certificate.serial_number
    return number.to_bytes((number.bit_length() + 7) // 8).hex()
