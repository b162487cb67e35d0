"""Composes who may ask."""

from typing import TYPE_CHECKING

from federation.authentication.callers import Callers
from federation.bootstrap.trust import client_keys
from federation.later import later
from federation.ports import Clock
from federation.settings import Settings
from federation.trust.directory import CachedTrust
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier

if TYPE_CHECKING:
    from federation.verification.certificate import CertificateVerifier


def callers(settings: Settings, trust: CachedTrust, issuer_keys: KeyCache, clock: Clock) -> Callers:
    """Every way in which a caller may prove itself."""
    svids = TokenVerifier(TrustedIssuers(trust, settings.issuer), issuer_keys, provider_named, clock)
    certificates = later(lambda: certificate_verifier(trust, issuer_keys, clock))
    return Callers(trust, trust, svids, client_keys(settings, clock), clock, settings.issuer, certificates=certificates)


def certificate_verifier(trust: CachedTrust, issuer_keys: KeyCache, clock: Clock) -> "CertificateVerifier":
    """For subjects and clients alike."""
    from federation.verification.certificate import CertificateVerifier  # noqa: PLC0415 - few bring a certificate
    from federation.verification.x509.candidates import CertificateIssuers  # noqa: PLC0415

    return CertificateVerifier(CertificateIssuers(trust), issuer_keys, provider_named, clock)
