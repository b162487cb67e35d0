"""Certificate authorities that sign whatever a test asks for, right or wrong. Keys are made once per run."""

from datetime import UTC, datetime
from functools import cache
from typing import ClassVar, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct
from msgspec.structs import replace

from federation.value import Redacted

NOW = 1_800_000_000
HOUR = 3600
YEAR = 365 * 24 * HOUR

PrivateKey: TypeAlias = EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey

_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@cache
def ec_private(_name: str) -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@cache
def rsa_private(_name: str, bits: int = 2048) -> RSAPrivateKey:
    return generate_rsa(65537, bits)


def usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in names for name in _USAGES})


def common_name(*texts: str, extra: tuple[x509.NameAttribute[str], ...] = ()) -> x509.Name:
    return x509.Name([*extra, *(x509.NameAttribute(NameOID.COMMON_NAME, text) for text in texts)])


def uri_names(*uris: str, others: tuple[x509.GeneralName, ...] = ()) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([*(x509.UniformResourceIdentifier(uri) for uri in uris), *others])


CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
NOT_CA = x509.BasicConstraints(ca=False, path_length=None)


class Wanted(Struct, frozen=True):
    """A certificate to be signed; times are seconds since the epoch."""

    subject: x509.Name
    key: PrivateKey
    extensions: tuple[x509.ExtensionType, ...] = ()
    critical: frozenset[type[x509.ExtensionType]] = frozenset({x509.BasicConstraints, x509.KeyUsage})
    not_before: float = NOW - HOUR
    not_after: float = NOW + HOUR
    serial: int | None = None

    def but(self, *extensions: x509.ExtensionType, without: tuple[type[x509.ExtensionType], ...] = ()) -> "Wanted":
        """The same with some extensions replaced, added, or left out."""
        gone = (*without, *map(type, extensions))
        kept = tuple(extension for extension in self.extensions if type(extension) not in gone)
        return replace(self, extensions=(*kept, *extensions))

    def around(self, time: float) -> "Wanted":
        """The same, holding for an hour before and after `time`."""
        return replace(self, not_before=time - HOUR, not_after=time + HOUR)


class Authority(Redacted, Struct, frozen=True):
    """A certificate authority: root or below another."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"certificate"})

    name: x509.Name
    key: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return pem(self.certificate)

    def sign(self, wanted: Wanted) -> x509.Certificate:
        return _signed(wanted, self.name, self.key)

    def below(self, name: str, *extensions: x509.ExtensionType, not_after: float = NOW + YEAR) -> "Authority":
        """An intermediate authority."""
        key = ec_private(name)
        wanted = replace(_authority(common_name(name), key), not_after=not_after).but(*extensions)
        return Authority(common_name(name), key, self.sign(wanted))


def svid(spiffe_id: str = "spiffe://example.org/ns/prod/sa/web") -> Wanted:
    """What a SPIFFE server would sign."""
    extensions = (usage("digital_signature"), CLIENT, NOT_CA, uri_names(spiffe_id))
    return Wanted(common_name(), ec_private("workload"), extensions)


def device(*names: str) -> Wanted:
    """What a device's maker would sign."""
    subject = common_name(*(names or ("press-7",)))
    return Wanted(subject, ec_private("device"), (usage("digital_signature"), CLIENT))


def authority(
    name: str = "root",
    *extensions: x509.ExtensionType,
    key: EllipticCurvePrivateKey | RSAPrivateKey | None = None,
    at: float = NOW,
    without: tuple[type[x509.ExtensionType], ...] = (),
) -> Authority:
    """A root; two of one name have different keys only if `key` says so. It holds for a year around `at`."""
    own = key or ec_private(name)
    wanted = _authority(common_name(name), own).but(*extensions, without=without)
    wanted = replace(wanted, not_before=at - YEAR, not_after=at + YEAR)
    return Authority(common_name(name), own, _signed(wanted, common_name(name), own))


def _authority(name: x509.Name, key: EllipticCurvePrivateKey | RSAPrivateKey) -> Wanted:
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    return Wanted(
        name,
        key,
        (constraints, usage("key_cert_sign", "crl_sign"), x509.SubjectKeyIdentifier.from_public_key(key.public_key())),
        not_before=NOW - YEAR,
        not_after=NOW + YEAR,
    )


def _signed(wanted: Wanted, issuer: x509.Name, key: EllipticCurvePrivateKey | RSAPrivateKey) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=wanted.subject,
        public_key=wanted.key.public_key(),
        serial_number=wanted.serial or x509.random_serial_number(),
        not_valid_before=datetime.fromtimestamp(wanted.not_before, UTC),
        not_valid_after=datetime.fromtimestamp(wanted.not_after, UTC),
    )
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
    )
    for extension in wanted.extensions:
        builder = builder.add_extension(extension, critical=type(extension) in wanted.critical)
    return builder.sign(key, SHA256())


def pem(*certificates: x509.Certificate) -> str:
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def with_sha1(certificate: x509.Certificate, key: RSAPrivateKey) -> x509.Certificate:
    """The same certificate, signed with SHA-1: the two algorithm identifiers differ in their last byte."""
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    body = certificate.tbs_certificate_bytes.replace(sha256, sha1)
    whole = certificate.public_bytes(Encoding.DER)
    forged = whole.replace(certificate.tbs_certificate_bytes, body).replace(sha256, sha1)
    signature = key.sign(body, PKCS1v15(), SHA1())  # noqa: S303 - what must be refused
    return x509.load_der_x509_certificate(forged.replace(certificate.signature, signature))
