"""The running bridge, over mutual TLS as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from federation.aws.clients import boto_dynamodb
from federation.aws.trust_reader import DynamoTrustReader
from federation.local.bridge import LocalBridge
from federation.local.mtls.identity import CertifiedKey, new_identity
from federation.local.mtls.server import MutualTlsServer
from federation.local.mtls.truststore import Truststore
from federation.system import SystemClock
from federation.verification.discovery import KeySource
from federation.web.fetcher import WebFetcher


@contextmanager
def mutual_tls(bridge: LocalBridge, authority_file: Path | None = None) -> Iterator[str]:
    """The URL at which `bridge` answers over mutual TLS. What clients must trust is written to `authority_file`."""
    identity = new_identity()
    if authority_file is not None:
        authority_file.write_text(identity.authority)
    with TemporaryDirectory(prefix="fedbridge-mtls-") as folder:
        store = _truststore(bridge, _certificate_file(identity, Path(folder)))
        with MutualTlsServer(bridge.answer, store.context, bridge.mtls_port) as server:
            yield server.url


def _truststore(bridge: LocalBridge, certificate: Path) -> Truststore:
    documents = DynamoTrustReader(boto_dynamodb(), bridge.settings.trust_table, lambda _: None)
    return Truststore(documents, KeySource(WebFetcher(loopback=True), loopback=True), SystemClock(), certificate)


def _certificate_file(identity: CertifiedKey, folder: Path) -> Path:
    """Python's TLS reads files alone. The folder is for our eyes only and goes with the server."""
    file = folder / "server.pem"
    file.write_text(identity.private_key + identity.certificate)
    return file
