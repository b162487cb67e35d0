"""Certificates as a TLS client presents them: parsed completely, once, and nothing proven yet."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Struct

from federation.oauth.errors import InvalidRequest, OAuthError
from federation.oauth.reasons import Reason
from federation.verification import base64url

MAX_PEM = 32 * 1024
MAX_CERTIFICATES = 5
"""The leaf and whatever intermediates came with it."""


class PresentedCertificates(Struct, frozen=True):
    """What came over the connection. TLS proved that the caller has the leaf's key, and nothing else."""

    unverified_leaf: x509.Certificate
    intermediates: tuple[x509.Certificate, ...] = ()

    @property
    def thumbprint(self) -> str:
        """`x5t#S256` (RFC 8705 section 3.1) of the leaf."""
        return thumbprint(self.unverified_leaf)


def read_presented(pem: str) -> PresentedCertificates:
    """The certificates in `pem`, the client's own first; raises InvalidRequest."""
    if len(pem) > MAX_PEM:
        raise refused("above 32 KiB")
    with judging("malformed"):
        leaf, *intermediates = x509.load_pem_x509_certificates(pem.encode())
        for certificate in (leaf, *intermediates):
            read_all_of(certificate)
            _check_signature_length(certificate)
    if len(intermediates) >= MAX_CERTIFICATES:
        raise refused("more than five certificates")
    if leaf.version is not x509.Version.v3:  # what `openssl x509 -req` makes unless it is told extensions
        raise refused("not version 3")
    return PresentedCertificates(leaf, tuple(intermediates))


@contextmanager
def judging(refusal: str) -> Iterator[None]:
    """Whatever the library raises while a certificate is judged refuses that certificate, of whatever type it is.

    The library promises no list of types: an address without a mask among name constraints raises a TypeError.
    `refusal`: as for `refused`.
    """
    try:
        yield
    except OAuthError:
        raise
    except Exception as error:
        raise refused(refusal) from error


def read_all_of(certificate: x509.Certificate) -> None:
    """Parse what the library parses lazily, so that it raises here and not somewhere on the way (ATTACKS K8)."""
    _ = (certificate.extensions, certificate.subject, certificate.issuer, certificate.public_key())
    _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.signature_algorithm_parameters)


def _check_signature_length(certificate: x509.Certificate) -> None:
    """Bits that the signature is said not to use are in no signature: one certificate would have several texts."""
    if der(certificate)[-len(certificate.signature) - 1]:
        raise refused("the signature is no whole number of bytes")


def refused(what: str) -> InvalidRequest:
    """The refusal of a certificate; `what` is for the audit record and holds no input."""
    return InvalidRequest(Reason.CERTIFICATE_REFUSED, what)


def thumbprint(certificate: x509.Certificate) -> str:
    """`x5t#S256`: base64url of the SHA-256 of the DER."""
    return base64url.encode(hashlib.sha256(der(certificate)).digest()).decode()


def digest(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER, in hex."""
    return hashlib.sha256(der(certificate)).hexdigest()


def der(certificate: x509.Certificate) -> bytes:
    """The certificate's bytes."""
    return certificate.public_bytes(Encoding.DER)


def utc(seconds: float) -> datetime:
    """Seconds since the epoch as the library wants them."""
    return datetime.fromtimestamp(seconds, UTC)


_T = TypeVar("_T", bound=x509.ExtensionType)


def extension(certificate: x509.Certificate, kind: type[_T]) -> _T | None:
    """The extension of that kind; None: the certificate has none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def uris(certificate: x509.Certificate) -> list[str]:
    """The URIs among the subject's alternative names."""
    names = extension(certificate, x509.SubjectAlternativeName)
    return [] if names is None else names.get_values_for_type(x509.UniformResourceIdentifier)
