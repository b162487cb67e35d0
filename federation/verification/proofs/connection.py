"""The certificate of a TLS connection as a proof of its key (RFC 8705 section 3)."""

from typing import NamedTuple

from federation.oauth.errors import InvalidRequest
from federation.verification.x509.certificates import read_presented, utc


class ProvenCertificate(NamedTuple):
    """A certificate whose key the connection's handshake proved. Whose it is, is not said here."""

    thumbprint: str
    """`x5t#S256`"""
    expires_at: int
    """Seconds since the epoch."""


def proven_certificate(pem: str | None, now: float) -> ProvenCertificate | None:
    """The connection's certificate, if there is one, and it is well-formed and valid at `now`.

    Otherwise it proves nothing, which is no reason to refuse a request that does not rest on it: whatever is bound to a
    certificate finds none, and is refused.
    """
    if pem is None:
        return None
    try:
        presented = read_presented(pem)
    except InvalidRequest:
        return None
    leaf = presented.unverified_leaf
    if not leaf.not_valid_before_utc <= utc(now) <= leaf.not_valid_after_utc:
        return None
    return ProvenCertificate(presented.thumbprint, int(leaf.not_valid_after_utc.timestamp()))
