"""tls_client_auth: a certificate by the client's own authorities, with its one name (RFC 8705 section 2.1)."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly

from cryptography import x509

from federation.authentication.proof import Proof, not_proven
from federation.model.trust import Client
from federation.verification.x509.authorities import authority_in_pem
from federation.verification.x509.certificates import extension, judging, read_presented, refused, uris
from federation.verification.x509.chain import verify_chain
from federation.verification.x509.leaf import check_leaf

Names = Callable[[x509.Certificate], list[str]]


def prove(client: Client, pem: str | None, now: float) -> Proof:
    """That the connection is the client's; raises InvalidRequest. `pem`: the connection's certificate.

    TLS has proven the key against one pool of authorities for everybody; here only the client's own count, in every
    request (ATTACKS K3, K7). Names are read from the very certificate that was verified (K5).
    """
    if pem is None:
        raise not_proven("the connection has no certificate")
    presented = read_presented(pem)
    read = map(authority_in_pem, client.auth.certificates)
    chain = verify_chain(presented, [authority for authority in read if authority is not None], now)
    check_leaf(chain)
    _check_name(chain.leaf, client)
    return Proof(expires_at=int(chain.leaf.not_valid_after_utc.timestamp()))


def _check_name(leaf: x509.Certificate, client: Client) -> None:
    """Compared as text, character by character: no wildcard, no case, no other order of attributes (ATTACKS K9)."""
    if client.auth.subject is None:
        raise not_proven("no name is registered")
    kind, registered = client.auth.subject
    with judging("malformed"):
        names = _NAMES[kind](leaf)
    if registered not in names:
        raise refused(f"{kind} is another")


def _only_uri(leaf: x509.Certificate) -> list[str]:
    """A certificate with several URIs would be several workloads at once (X509-SVID section 2)."""
    found = uris(leaf)
    return found if len(found) == 1 else []


def _alternative(kind: type[x509.DNSName] | type[x509.RFC822Name]) -> Names:
    def read(leaf: x509.Certificate) -> list[str]:
        names = extension(leaf, x509.SubjectAlternativeName)
        return [] if names is None else list(names.get_values_for_type(kind))

    return read


def _addresses(leaf: x509.Certificate) -> list[str]:
    names = extension(leaf, x509.SubjectAlternativeName)
    return [] if names is None else [str(address) for address in names.get_values_for_type(x509.IPAddress)]


_NAMES: ReadOnly[str, Names] = {
    "san_uri": _only_uri,
    "san_dns": _alternative(x509.DNSName),
    "san_ip": _addresses,
    "san_email": _alternative(x509.RFC822Name),
    "subject_dn": lambda leaf: [leaf.subject.rfc4514_string()],
}
"""What each kind of registered name is compared with (RFC 8705 section 2.1.2)."""
