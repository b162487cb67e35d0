"""Which client certificates the handshake lets through: those of every authority in the trust documents, in one pool.

That is all that API Gateway does with its truststore. Whose certificate it is, the token function verifies again.
"""

import logging
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path

from federation.model.trust import Issuer
from federation.ports import Clock, FetchFailed, IssuerDirectory
from federation.trust.kept import Kept
from federation.verification.discovery import KeySource, KeysRefused
from federation.verification.spiffe_id import SPIFFE

FRESH = 5.0
"""Seconds for which the pool is used without looking at the documents again."""

_LOG = logging.getLogger(__name__)


class Truststore:
    """Makes TLS contexts. `certificate`: file with the server's certificate and private key."""

    def __init__(self, directory: IssuerDirectory, keys: KeySource, clock: Clock, certificate: Path) -> None:
        self._directory = directory
        self._keys = keys
        self._certificate = certificate
        self._context = Kept(self._build, clock, FRESH)

    def context(self) -> ssl.SSLContext:
        """For the next connection: a client may have a certificate or none."""
        return self._context.get()

    def _build(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an intermediate may be all that a document names
        for pem in dict.fromkeys(self._authorities(self._directory.issuers())):
            _load(context, pem)
        return context

    def _authorities(self, issuers: Iterable[Issuer]) -> Iterator[str]:
        """PEM of each."""
        for issuer in issuers:
            if issuer.enabled:
                yield from issuer.keys.certificates
                yield from self._bundle(issuer)

    def _bundle(self, issuer: Issuer) -> list[str]:
        if issuer.provider != SPIFFE or issuer.keys.certificates:
            return []
        try:
            entries = self._keys.load(issuer).keys.authorities
        except (FetchFailed, KeysRefused) as error:
            _LOG.warning("no bundle of %s for mutual TLS: %s", issuer.id, error)
            return []
        return [f"-----BEGIN CERTIFICATE-----\n{entry}\n-----END CERTIFICATE-----\n" for entry in entries]


def _load(context: ssl.SSLContext, pem: str) -> None:
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        _LOG.warning("an authority that OpenSSL cannot read is left out")
