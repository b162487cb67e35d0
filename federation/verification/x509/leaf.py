"""What a verified leaf must be, and what is read from it: names, SPIFFE ID, facts (ATTACKS K3, K4)."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from federation.model.json import Claims, Json
from federation.verification.jwk import weakness
from federation.verification.spiffe_id import SCHEME, NotSpiffeId, SpiffeId, parse_spiffe_id
from federation.verification.x509.certificates import (
    PresentedCertificates,
    extension,
    judging,
    refused,
    thumbprint,
    uris,
)
from federation.verification.x509.chain import VerifiedChain

_CURVES = (SECP256R1, SECP384R1, SECP521R1)


@judging("malformed")
def check_leaf(chain: VerifiedChain) -> None:
    """Raises InvalidRequest where the certificate is not one of a TLS client."""
    constraints = extension(chain.leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise refused("CA:true")
    _check_usage(extension(chain.leaf, x509.KeyUsage))
    check_purposes(chain.leaf)
    check_key(chain.leaf)


@judging("malformed")
def check_purposes(certificate: x509.Certificate) -> None:
    """Raises InvalidRequest where a certificate that says what it is for does not name TLS clients."""
    purposes = extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise refused("extended key usage without clientAuth")


def _check_usage(usage: x509.KeyUsage | None) -> None:
    if usage is None:
        return
    if usage.key_cert_sign or usage.crl_sign:
        raise refused("keyCertSign or cRLSign")
    if not usage.digital_signature:
        raise refused("key usage without digitalSignature")


@judging("malformed")
def check_key(certificate: x509.Certificate) -> None:
    """Raises InvalidRequest for a weak key, or one of a kind that is not known here."""
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        if reason := weakness(numbers.n, numbers.e):
            raise refused(reason)
    elif not (isinstance(key, Ed25519PublicKey) or _is_on_known_curve(key)):
        raise refused("kind of key")


def _is_on_known_curve(key: CertificatePublicKeyTypes) -> bool:
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def facts(chain: VerifiedChain) -> dict[str, Json]:
    """Claims that certificates of every kind have. `serial`: lower-case hex, two digits per octet."""
    return {
        "serial": serial(chain.leaf),
        "issuer_dn": chain.leaf.issuer.rfc4514_string(),
        "x5t#S256": thumbprint(chain.leaf),
    }


def serial(certificate: x509.Certificate) -> str:
    """The serial number in lower-case hex, two digits per octet, without colons."""
    number = certificate.serial_number
    return number.to_bytes((number.bit_length() + 7) // 8).hex()


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
