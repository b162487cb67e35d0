"""Composes who may ask."""

from federation.authentication.callers import Callers
from federation.bootstrap.trust import client_keys
from federation.ports import Clock
from federation.settings import Settings
from federation.trust.directory import CachedTrust
from federation.verification.certificate import CertificateVerifier
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier
from federation.verification.x509.candidates import CertificateIssuers


def callers(settings: Settings, trust: CachedTrust, issuer_keys: KeyCache, clock: Clock) -> Callers:
    """Every way in which a caller may prove itself."""
    svids = TokenVerifier(TrustedIssuers(trust, settings.issuer), issuer_keys, provider_named, clock)
    certificates = CertificateVerifier(CertificateIssuers(trust), issuer_keys, provider_named, clock)
    return Callers(trust, trust, svids, client_keys(settings, clock), clock, settings.issuer, certificates=certificates)
