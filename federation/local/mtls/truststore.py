"""Which client certificates the handshake lets through: what any trust document vouches for, in one pool.

That is all that API Gateway does with its truststore: authorities, and certificates that signed themselves. Whose
certificate it is, the function verifies again.
"""

import logging
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from federation.model.trust import Client, Issuer
from federation.ports import Clock, FetchFailed
from federation.trust.kept import Kept
from federation.verification.discovery import KeySource, KeysRefused
from federation.verification.spiffe_id import SPIFFE

FRESH = 5.0
"""Seconds for which the pool is used without looking at the documents again."""

_LOG = logging.getLogger(__name__)


class Vouching(Protocol):
    """The documents that name certificates, disabled ones included."""

    def issuers(self) -> tuple[Issuer, ...]:
        """Of workloads and devices."""
        ...

    def clients(self) -> tuple[Client, ...]:
        """Registered ones. A thumbprint is no certificate: who has registered no more does not get through here."""
        ...


class Truststore:
    """Makes TLS contexts. `certificate`: file with the server's certificate and private key."""

    def __init__(self, documents: Vouching, keys: KeySource, clock: Clock, certificate: Path) -> None:
        self._documents = documents
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
        for pem in dict.fromkeys(self._certificates()):
            _load(context, pem)
        return context

    def _certificates(self) -> Iterator[str]:
        """PEM of each."""
        for issuer in filter(_is_enabled, self._documents.issuers()):
            yield from issuer.keys.certificates
            yield from self._bundle(issuer)
        for client in filter(_is_enabled, self._documents.clients()):
            yield from client.auth.certificates

    def _bundle(self, issuer: Issuer) -> list[str]:
        if issuer.provider != SPIFFE or issuer.keys.certificates:
            return []
        try:
            entries = self._keys.load(issuer).keys.authorities
        except (FetchFailed, KeysRefused) as error:
            _LOG.warning("no bundle of %s for mutual TLS: %s", issuer.id, error)
            return []
        return [f"-----BEGIN CERTIFICATE-----\n{entry}\n-----END CERTIFICATE-----\n" for entry in entries]


def _is_enabled(document: Issuer | Client) -> bool:
    return document.enabled


def _load(context: ssl.SSLContext, pem: str) -> None:
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError, TypeError):  # TypeError: text outside ASCII
        _LOG.warning("an authority that OpenSSL cannot read is left out")
