"""SPIFFE, by PyPI `spiffe` (extra `spiffe`): a JWT-SVID of the Workload API at SPIFFE_ENDPOINT_SOCKET.

Or, as `spiffe:x509`, its X.509-SVID as client certificate.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from federation.client.errors import BrokenSource, library
from federation.client.identity import MTLS, Subject
from federation.client.sources.reading import clean, meant_for
from federation.client.sources.source import Asked, Place, Surroundings
from federation.oauth.identifiers import TokenType

SOCKET = "SPIFFE_ENDPOINT_SOCKET"
X509 = "x509"
TIMEOUT = 10.0
"""Seconds."""


def _absent(around: Surroundings) -> str | None:
    return None if around.has(SOCKET) else f"{SOCKET} is not set"


def _subject(asked: Asked) -> Subject:
    if asked.argument not in ("", X509):
        raise BrokenSource("spiffe", f"{asked.argument} is no kind of SVID", f"take spiffe, or spiffe:{X509}")
    spiffe = library("spiffe", "the source spiffe", "spiffe")
    client = spiffe.WorkloadApiClient(asked.variable(SOCKET) or None, default_timeout=TIMEOUT)
    try:
        return _certificate(client) if asked.argument else _token(client, asked.audience)
    finally:
        client.close()


def _token(client: Any, audience: str) -> Subject:  # noqa: ANN401 (the library's)
    token = clean(client.fetch_jwt_svid(audience={audience}).token, "spiffe", "the Workload API's answer")
    return Subject(meant_for(token, audience, "spiffe"))


def _certificate(client: Any) -> Subject:  # noqa: ANN401 (the library's)
    """TLS reads certificates from files: they lie in a folder of this process's own, and go with it."""
    svid = client.fetch_x509_svid()
    name = f"{svid.leaf.serial_number:x}"
    certificate, key = _folder() / f"{name}.pem", _folder() / f"{name}.key"
    if not key.exists():
        encoding = library("cryptography.hazmat.primitives.serialization", "the source spiffe", "spiffe").Encoding.PEM
        svid.save(certificate, key, encoding)
        for old in _folder().iterdir():
            if old.stem != name:
                old.unlink(missing_ok=True)
    return Subject(MTLS, TokenType.MTLS, (str(certificate), str(key)))


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fedbridge-svid-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


PLACE = Place("spiffe", _absent, _subject, X509)
