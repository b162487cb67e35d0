"""Which issuers may vouch for a certificate, by what it claims alone: proves nothing, fetches nothing (ATTACKS K3)."""

from collections import defaultdict
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from cryptography import x509

from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory
from federation.verification.spiffe_id import SPIFFE
from federation.verification.x509.authorities import authority_in_pem
from federation.verification.x509.certificates import PresentedCertificates
from federation.verification.x509.leaf import unverified_trust_domain


class _Index(NamedTuple):
    """Who identifies by certificates, disabled ones included."""

    by_trust_domain: ReadOnly[str, list[Issuer]]
    by_authority: ReadOnly[x509.Name, list[Issuer]]
    """By the subject of each of its authorities."""


class CertificateIssuers:
    """An SVID belongs to its trust domain, any other certificate to whoever signed it."""

    def __init__(self, directory: IssuerDirectory) -> None:
        self._directory = directory
        self._index: tuple[tuple[Issuer, ...], _Index] = ((), _Index({}, {}))

    def candidates(self, presented: PresentedCertificates) -> tuple[Issuer, ...]:
        """The enabled issuers that may vouch for it, at least one; raises InvalidRequest."""
        known = self._known(presented)
        enabled = tuple(issuer for issuer in known if issuer.enabled)
        if not enabled:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "disabled" if known else "nobody's certificate")
        return enabled

    def _known(self, presented: PresentedCertificates) -> list[Issuer]:
        index = self._current_index()
        trust_domain = unverified_trust_domain(presented)
        if trust_domain is not None:
            return index.by_trust_domain.get(trust_domain, [])
        signers = {certificate.issuer for certificate in (presented.unverified_leaf, *presented.intermediates)}
        found = [issuer for signer in signers for issuer in index.by_authority.get(signer, [])]
        return list({issuer.id: issuer for issuer in found}.values())

    def _current_index(self) -> _Index:
        issuers = self._directory.issuers()
        built_from, index = self._index
        if built_from is not issuers:
            index = _build(issuers)
            self._index = (issuers, index)
        return index


def _build(issuers: tuple[Issuer, ...]) -> _Index:
    by_trust_domain: defaultdict[str, list[Issuer]] = defaultdict(list)
    by_authority: defaultdict[x509.Name, list[Issuer]] = defaultdict(list)
    for issuer in issuers:
        if issuer.provider == SPIFFE:
            by_trust_domain[issuer.issuer].append(issuer)
            continue
        for name in _authorities(issuer):
            by_authority[name].append(issuer)
    return _Index(dict(by_trust_domain), dict(by_authority))


def _authorities(issuer: Issuer) -> set[x509.Name]:
    """Subjects of the authorities in its document; one that cannot be read vouches for nobody."""
    read = (authority_in_pem(pem) for pem in issuer.keys.certificates)
    return {authority.subject for authority in read if authority is not None}
