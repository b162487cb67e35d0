"""TLS clients with a certificate: Python's own, and curl where the machine has it."""

import http.client
import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.oauth.identifiers import FORM
from tests.support.eventually import HANGS
from tests.support.x509_authority import PrivateKey, pem

Form: TypeAlias = dict[str, str]
Headers: TypeAlias = Sequence[tuple[str, str]]
"""Seconds."""


@dataclass(frozen=True)
class TlsClient:
    """Trusts one authority, and may have a certificate of its own."""

    authority: Path
    credentials: Path | None = None
    """File with a certificate and its private key."""

    def post(self, url: str, form: Form, headers: Headers = (), path: str = "/token") -> tuple[int, dict[str, Any]]:
        """(status, members of the answer); raises OSError where the handshake fails."""
        body = urlencode(form).encode()
        return self._send("POST", url, path, (("content-type", FORM), *headers), body)

    def get(self, url: str, path: str, headers: Headers = ()) -> tuple[int, dict[str, Any]]:
        """As `post`."""
        return self._send("GET", url, path, headers, b"")

    def _send(self, method: str, url: str, path: str, headers: Headers, body: bytes) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPSConnection(urlsplit(url).netloc, timeout=HANGS, context=self._context())
        try:
            connection.putrequest(method, path)
            for name, value in (("content-length", str(len(body))), *headers):
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or "{}")
        finally:
            connection.close()

    def curl(self, url: str, form: Form, path: str = "/token") -> dict[str, Any]:
        """The same by the command line that the README shows."""
        command = ["curl", "--silent", "--show-error", "--cacert", str(self.authority), f"{url}{path}"]
        command += ["--cert", str(self.credentials)] if self.credentials else []
        command += [part for name, value in form.items() for part in ("--data-urlencode", f"{name}={value}")]
        members: dict[str, Any] = json.loads(subprocess.check_output(command, timeout=HANGS))
        return members

    def requests(self, url: str, form: Form, path: str = "/token") -> dict[str, Any]:
        """The same by the library of that name."""
        certificate = str(self.credentials) if self.credentials else None
        answer = requests.post(f"{url}{path}", form, verify=str(self.authority), cert=certificate, timeout=HANGS)
        members: dict[str, Any] = answer.json()
        return members

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        if self.credentials:
            context.load_cert_chain(self.credentials)
        return context


def credentials(folder: Path, certificate: x509.Certificate, key: PrivateKey) -> Path:
    """A file that holds both."""
    file = folder / f"{certificate.serial_number:x}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_text(private.decode() + pem(certificate))
    return file


def clients() -> list[Callable[[TlsClient, str, Form], dict[str, Any]]]:
    """Every client that this machine has, as (client, URL, form) -> members of the answer."""
    python: Callable[[TlsClient, str, Form], dict[str, Any]] = lambda client, url, form: client.post(url, form)[1]  # noqa: E731
    return [python, TlsClient.requests, *([TlsClient.curl] if shutil.which("curl") else [])]
