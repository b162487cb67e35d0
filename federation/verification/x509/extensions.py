"""Extensions of a certificate that has been parsed completely."""

from typing import TypeVar

from cryptography import x509

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
