"""The client certificate in an event: `requestContext.authentication.clientCert`.

Source: "Configure mutual TLS authentication for HTTP APIs" and the example event of payload format 2.0 in the API
Gateway developer guide. Only the client's own certificate is there, none of its intermediates.
"""

from datetime import datetime

from cryptography import x509

from federation.verification.x509.leaf import serial


def client_cert(pem: str) -> dict[str, object]:
    """The members that describe it; raises ValueError for what is no certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    octets = serial(certificate)
    return {
        "clientCertPem": pem,
        "subjectDN": certificate.subject.rfc4514_string(),
        "issuerDN": certificate.issuer.rfc4514_string(),
        "serialNumber": ":".join(octets[place : place + 2] for place in range(0, len(octets), 2)),
        "validity": {
            "notBefore": _asn1_time(certificate.not_valid_before_utc),
            "notAfter": _asn1_time(certificate.not_valid_after_utc),
        },
    }


def _asn1_time(time: datetime) -> str:
    """As OpenSSL prints it: `Aug  5 09:36:04 2021 GMT`."""
    return f"{time:%b} {time.day:2d} {time:%H:%M:%S %Y} GMT"
