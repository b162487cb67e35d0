"""Certificates for this machine: the gateway's for TLS clients, a demo device's; an authority of this run each."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from federation.local.server import LOOPBACK
from federation.value import Redacted

_LIFETIME = timedelta(days=30)
_SKEW = timedelta(minutes=5)
_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
_SIGNS_CERTIFICATES = x509.KeyUsage(**{name: name == "key_cert_sign" for name in _USAGES})
"""Python 3.13 takes no authority without it (RFC 5280 section 4.2.1.3)."""
_AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fedbridge serve, this run alone")])
_CRITICAL = (x509.BasicConstraints, x509.KeyUsage)
_SERVER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fedbridge serve")])


class CertifiedKey(Redacted, Struct, frozen=True):
    """PEM of each."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"private_key"})

    authority: str
    """What a client must trust."""
    certificate: str
    private_key: str


def new_identity() -> CertifiedKey:
    """A server's, for 127.0.0.1 and localhost."""
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(LOOPBACK)), x509.DNSName("localhost")])
    return _certified(_SERVER, names, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))


def device_identity(device: str) -> CertifiedKey:
    """A TLS client's, with that common name. `authority` is what its Issuer document must hold."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
    return _certified(subject, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))


def _certified(subject: x509.Name, *extensions: x509.ExtensionType) -> CertifiedKey:
    """The authority's key is not kept, so it signs nothing else."""
    authority_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    return CertifiedKey(
        authority=_signed(authority_key, _AUTHORITY, authority_key, constraints, _SIGNS_CERTIFICATES),
        certificate=_signed(authority_key, subject, key, *extensions),
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def _signed(
    authority_key: EllipticCurvePrivateKey,
    subject: x509.Name,
    key: EllipticCurvePrivateKey,
    *extensions: x509.ExtensionType,
) -> str:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=_AUTHORITY,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _SKEW,
        not_valid_after=now + _LIFETIME,
    )
    of_authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    for extension in (*extensions, of_authority, x509.SubjectKeyIdentifier.from_public_key(key.public_key())):
        builder = builder.add_extension(extension, critical=isinstance(extension, _CRITICAL))
    return builder.sign(authority_key, SHA256()).public_bytes(Encoding.PEM).decode()
