"""A verifier of client certificates with trusted issuers around it: real code everywhere, and a network that counts."""

import base64
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from federation.model.json import Json
from federation.model.tokens import VerifiedToken
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.certificate import ANY, CertificateVerifier
from federation.verification.discovery import KeySource
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.second_level import SecondLevel
from federation.verification.verifier import UnverifiedToken
from federation.verification.x509.candidates import CertificateIssuers
from tests.support.fake_clock import FixedClock
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.issuer_world import Directory, trusted
from tests.support.x509_authority import NOW, Authority, pem

TRUST_DOMAIN = "spiffe://example.org"
BUNDLE = "https://bundle.example.org/bundle.json"


def spiffe(trust_domain: str = TRUST_DOMAIN, keys: IssuerKeys | None = None, **changes: object) -> Issuer:
    """A trusted trust domain, by default with a bundle endpoint."""
    issuer = trusted(id=trust_domain, provider="spiffe", issuer=trust_domain, keys=keys or IssuerKeys(jwks_uri=BUNDLE))
    return replace(issuer, **changes)


def devices(*authorities: Authority, id_: str = "acme-devices", **changes: object) -> Issuer:
    """A trusted owner of devices."""
    keys = IssuerKeys(certificates=tuple(authority.pem for authority in authorities))
    issuer = trusted(id=id_, provider="device", issuer=f"https://{id_}.example.com", keys=keys)
    return replace(issuer, **changes)


def bundle(*authorities: Authority | x509.Certificate, keys: tuple[Json, ...] = ()) -> dict[str, Json]:
    """A SPIFFE bundle."""
    return {"keys": [*map(x509_svid, authorities), *keys], "spiffe_sequence": 1, "spiffe_refresh_hint": 300}


def x509_svid(authority: Authority | x509.Certificate, **members: Json) -> dict[str, Json]:
    """An authority in a bundle; the coordinates beside `x5c` are not what counts."""
    certificate = authority.certificate if isinstance(authority, Authority) else authority
    x5c = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return {"use": "x509-svid", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "x5c": [x5c], **members}


@dataclass
class CertificateWorld:
    """The layer that verifies client certificates."""

    directory: Directory
    web: FakeFetcher = field(default_factory=FakeFetcher)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    shared: FakeIssuerKeys = field(default_factory=FakeIssuerKeys)
    """What every process of ours knows of issuers' keys."""

    def __post_init__(self) -> None:
        second_level = SecondLevel(self.shared, FakeIssuerKeys())
        keys = KeyCache(KeySource(self.web), self.clock, lambda *_: None, second_level)
        self.verifier = CertificateVerifier(CertificateIssuers(self.directory), keys, provider_named, self.clock)

    def verify(self, *certificates: x509.Certificate, token: str = ANY) -> VerifiedToken:
        """Whose the leaf, the first certificate, is."""
        return self.verifier.verify(UnverifiedToken(token, TokenType.MTLS, pem(*certificates)))

    def refusal(self, *certificates: x509.Certificate, token: str = ANY) -> Reason:
        """Why the connection is refused: with a 400 `invalid_request` whose detail says what was wrong."""
        with pytest.raises(InvalidRequest) as refused:
            self.verify(*certificates, token=token)
        assert refused.value.http_status == 400
        assert refused.value.detail
        return refused.value.reason

    def detail(self, *certificates: x509.Certificate) -> str:
        """What the audit record would say of a refused certificate."""
        with pytest.raises(InvalidRequest) as refused:
            self.verify(*certificates)
        assert refused.value.reason is Reason.CERTIFICATE_REFUSED
        return refused.value.detail


def certificate_world(*issuers: Issuer, **documents: object) -> CertificateWorld:
    """Trusts `issuers`; the bundle endpoint answers with `bundle`, if that is given."""
    return CertificateWorld(Directory(*issuers), FakeFetcher({BUNDLE: documents["bundle"]} if documents else {}))
