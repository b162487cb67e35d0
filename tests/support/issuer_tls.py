"""A certificate authority for one test, and certificates under it."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class ThrowAwayAuthority:
    """Signs for any name."""

    def __init__(self) -> None:
        self._key = generate_private_key(SECP256R1())
        self._name = _name("throw-away authority")
        self._certificate = self._issue(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0), None, DAY)

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
        key = generate_private_key(SECP256R1())
        leaf = self._issue(_name(host), key, x509.BasicConstraints(ca=False, path_length=None), host, ends_in)
        pem = folder / "server.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(private + leaf.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _issue(
        self,
        subject: x509.Name,
        key: EllipticCurvePrivateKey,
        constraints: x509.BasicConstraints,
        host: str | None,
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
        if host is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self._key, SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
