"""A certificate authority for one test, and certificates under it."""

import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
_SIGNS_CERTIFICATES = x509.KeyUsage(**{name: name == "key_cert_sign" for name in _USAGES})
"""Python 3.13 takes no authority without it (RFC 5280 section 4.2.1.3)."""


class ThrowAwayAuthority:
    """Signs for any name."""

    def __init__(self) -> None:
        self._key = generate_private_key(SECP256R1())
        self._name = _name("throw-away authority")
        self._certificate = self._issue(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0), (), DAY)

    def client_context(self) -> ssl.SSLContext:
        """Trusts this authority alone."""
        return ssl.create_default_context(cadata=self._certificate.public_bytes(Encoding.PEM).decode())

    def written(self, folder: Path) -> Path:
        """A file with the authority's certificate, for whoever is told of authorities by one."""
        file = folder / "authority.pem"
        file.write_bytes(self._certificate.public_bytes(Encoding.PEM))
        return file

    def server_context(self, host: str, folder: Path, *, ends_in: timedelta = DAY) -> ssl.SSLContext:
        """Proves to be `host`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file((host,), folder, ends_in=ends_in))
        return context

    def server_file(self, hosts: Sequence[str], folder: Path, *, ends_in: timedelta = DAY) -> Path:
        """A private key and a certificate for names and IP addresses; the first gives the file its name."""
        key = generate_private_key(SECP256R1())
        leaf = self._issue(_name(hosts[0]), key, x509.BasicConstraints(ca=False, path_length=None), hosts, ends_in)
        pem = folder / f"{hosts[0]}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(private + leaf.public_bytes(Encoding.PEM))
        return pem

    def _issue(
        self,
        subject: x509.Name,
        key: EllipticCurvePrivateKey,
        constraints: x509.BasicConstraints,
        hosts: Sequence[str],
        ends_in: timedelta,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(issuer_name=self._name, subject_name=subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends_in)
            .add_extension(constraints, critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if constraints.ca:
            builder = builder.add_extension(_SIGNS_CERTIFICATES, critical=True)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(map(_general_name, hosts)), critical=False)
        return builder.sign(self._key, SHA256())


def _general_name(host: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
