"""X.509-SVIDs (X509-SVID sections 4 and 5.2): the SPIFFE ID of a verified leaf (ATTACKS K3-K4)."""

from cryptography import x509

from federation.model.json import Claims
from federation.verification.spiffe_id import SCHEME, NotSpiffeId, SpiffeId, parse_spiffe_id
from federation.verification.x509.certificates import PresentedCertificates, refused
from federation.verification.x509.chain import VerifiedChain
from federation.verification.x509.extensions import extension, uris
from federation.verification.x509.leaf import facts

_ANY_SPELLING = "spiffe:"


def unverified_trust_domain(presented: PresentedCertificates) -> str | None:
    """The trust domain that the leaf claims; None: it is no SVID. Raises InvalidRequest if it only looks like one.

    In any spelling of the scheme, so that no near-miss of an SVID is taken for a certificate of another kind.
    """
    claimed = uris(presented.unverified_leaf)
    if not any(uri.lower().startswith(_ANY_SPELLING) for uri in claimed):
        return None
    return _spiffe_id(presented.unverified_leaf).trust_domain


def svid_claims(chain: VerifiedChain, trust_domain: str) -> Claims:
    """The workload that a verified chain to the authorities of `trust_domain` proves; raises InvalidRequest."""
    usage = extension(chain.leaf, x509.KeyUsage)
    if usage is None:
        raise refused("an SVID without key usage")
    spiffe_id = _spiffe_id(chain.leaf)
    if spiffe_id.trust_domain != trust_domain:
        raise refused("an SVID of another trust domain")
    return {"sub": "".join(spiffe_id), "trust_domain": trust_domain.removeprefix(SCHEME), **facts(chain)}


def _spiffe_id(leaf: x509.Certificate) -> SpiffeId:
    claimed = uris(leaf)
    if len(claimed) != 1:
        raise refused(f"an SVID has one URI, not {len(claimed)}")
    try:
        return parse_spiffe_id(claimed[0])
    except NotSpiffeId as error:
        raise refused(f"SPIFFE ID: {error}") from None
