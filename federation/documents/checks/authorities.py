"""Certificate authorities of a whole set of documents: each vouches for the devices of one owner (ATTACKS K3, D25)."""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.documents.document_set import Written
from federation.documents.problem import Problem
from federation.documents.schema.issuer import IssuerDocument
from federation.verification.spiffe_id import SPIFFE
from federation.verification.x509.authorities import read_authority


def shared_authorities(issuers: Iterable[Written[IssuerDocument]]) -> Iterator[Problem]:
    """With one authority under two owners, a certificate could not say whose device it is.

    Workloads name their trust domain themselves, so an authority may vouch for several of those.
    """
    seen: dict[tuple[bytes, bytes], str] = {}
    for issuer in issuers:
        if not issuer.document.enabled or issuer.document.provider == SPIFFE:
            continue
        for number, pem in enumerate(issuer.document.keys.certificates or ()):
            other = seen.setdefault(_signer(pem), issuer.document.id)
            if other != issuer.document.id:
                message = f"Issuer {other} has the same authority; a certificate could not choose"
                yield issuer.source.problem(("keys", "certificates", number), message, "give each owner its own")


def shared_trust_domains(issuers: Iterable[Written[IssuerDocument]]) -> Iterator[Problem]:
    """An X.509-SVID names its trust domain and no audience, so every document of that is asked to vouch for it.

    One that vouches too, or does not answer, keeps everybody out: that is for one tenant to decide (invariant 28).
    """
    seen: dict[str, IssuerDocument] = {}
    for issuer in issuers:
        if not issuer.document.enabled or issuer.document.provider != SPIFFE:
            continue
        other = seen.setdefault(issuer.document.issuer, issuer.document)
        if other.tenant != issuer.document.tenant:
            message = f"Issuer {other.id} has the same trust domain and another tenant; a certificate could not choose"
            yield issuer.source.problem(("issuer",), message, "give both the same tenant")


def _signer(pem: str) -> tuple[bytes, bytes]:
    """What a certificate is signed by: a name and a key, however often the authority's own certificate is renewed."""
    authority = read_authority(pem)
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return authority.subject.public_bytes(), key
