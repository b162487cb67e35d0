"""Which issuers may vouch for a certificate, by what it claims alone: proves nothing, fetches nothing (ATTACKS K3)."""

from federation.model.names import IssuerName
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory
from federation.verification.spiffe_id import SPIFFE
from federation.verification.x509.authorities import authority_in_pem
from federation.verification.x509.authority_name import authority_name
from federation.verification.x509.certificates import PresentedCertificates
from federation.verification.x509.leaf import unverified_trust_domain


class CertificateIssuers:
    """An SVID belongs to its trust domain, any other certificate to its signer."""

    def __init__(self, directory: IssuerDirectory) -> None:
        self._directory = directory

    def candidates(self, presented: PresentedCertificates) -> tuple[Issuer, ...]:
        """The enabled issuers that may vouch for it, at least one; raises InvalidRequest."""
        names = _names(presented)
        found = self._directory.issuers_named(names).issuers
        known = tuple(issuer for issuer in found if issuer.enabled and certificate_names(issuer).intersection(names))
        if not known:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "no issuer's certificate, or a disabled issuer's")
        return known


def certificate_names(issuer: Issuer) -> frozenset[IssuerName]:
    """What certificates name the issuer by: its trust domain, or its authorities. One that cannot be read is none."""
    if issuer.provider == SPIFFE:
        return frozenset({IssuerName("trust_domain", issuer.issuer)})
    read = (authority_in_pem(pem) for pem in issuer.keys.certificates)
    return frozenset(IssuerName("authority", authority_name(one.subject)) for one in read if one is not None)


def _names(presented: PresentedCertificates) -> tuple[IssuerName, ...]:
    trust_domain = unverified_trust_domain(presented)
    if trust_domain is not None:
        return (IssuerName("trust_domain", trust_domain),)
    signers = {certificate.issuer for certificate in (presented.unverified_leaf, *presented.intermediates)}
    return tuple(IssuerName("authority", name) for name in sorted(map(authority_name, signers)))
