"""self_signed_tls_client_auth: a registered certificate, by any signer (RFC 8705 section 2.2)."""

from functools import lru_cache
from secrets import compare_digest

from federation.authentication.proof import Proof, not_proven
from federation.model.trust import Client
from federation.verification.x509.certificates import read_presented, refused, utc
from federation.verification.x509.leaf import check_key, check_purposes


def prove(client: Client, pem: str | None, now: float) -> Proof:
    """That the connection is the client's; raises InvalidRequest. TLS has proven that it has the certificate's key."""
    if pem is None:
        raise not_proven("the connection has no certificate")
    presented = read_presented(pem)
    registered = (*client.auth.thumbprints, *map(_thumbprint, client.auth.certificates))
    if not any(compare_digest(presented.thumbprint, one) for one in registered):
        raise refused("not registered")
    leaf = presented.unverified_leaf
    if not leaf.not_valid_before_utc <= utc(now) <= leaf.not_valid_after_utc:
        raise refused("expired or not valid yet")
    check_purposes(leaf)
    check_key(leaf)
    return Proof(expires_at=int(leaf.not_valid_after_utc.timestamp()))


@lru_cache(maxsize=1000)
def _thumbprint(pem: str) -> str:
    return read_presented(pem).thumbprint
