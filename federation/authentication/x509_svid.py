"""tls_client_auth of a SPIFFE workload: an X.509-SVID by the authorities of its trust domain, and none of the client's.

RFC 8705 section 2.1 with the name `san_uri`; draft-ietf-oauth-spiffe-client-auth has the same proof for X.509-SVIDs.
"""

from federation.authentication.proof import Proof, not_proven
from federation.model.tokens import Vouched
from federation.model.trust import Client, ClientAuth
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.certificate import CertificateVerifier
from federation.verification.spiffe_id import trust_domain_of
from federation.verification.x509.certificates import read_presented, uris


def registered_workload(auth: ClientAuth) -> str | None:
    """The SPIFFE ID whose trust domain vouches for the client; None: authorities of its own do, or nothing does."""
    kind, name = auth.subject or ("", "")
    by_trust_domain = auth.method == "tls_client_auth" and not auth.certificates and kind == "san_uri"
    return name if by_trust_domain and trust_domain_of(name) is not None else None


class X509Svid:
    """Verifies X.509-SVIDs of registered workloads, as it verifies those of subjects."""

    def __init__(self, certificates: CertificateVerifier) -> None:
        self._certificates = certificates

    def prove(self, client: Client, workload: str, pem: str | None) -> Proof:
        """That the connection is the client's; raises InvalidRequest, or TemporarilyUnavailable without the bundle.

        `workload`: its registered SPIFFE ID. `pem`: the connection's certificate.
        """
        if pem is None:
            raise not_proven("the connection has no certificate")
        presented = read_presented(pem)
        # A caller under another's name costs nothing, and does not learn how our bundles are.
        if uris(presented.unverified_leaf) != [workload]:
            raise not_proven("another workload, or none")
        verified = self._certificates.verify_for(presented, client.tenant)
        if verified.subject != workload:
            raise InvalidRequest(Reason.IDENTITY_REFUSED, "another workload")
        vouched = Vouched(verified.issuer.id, verified.issued_at)
        return Proof(expires_at=verified.expires_at, documents=verified.documents, vouched=vouched)
