"""SPIRE: its server mints JWT-SVIDs, its discovery provider publishes the keys as an OpenID provider does."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates

from tests.interop.support.child import child, free_port, wait_until
from tests.interop.support.foreign import ForeignToken
from tests.interop.support.requests import discover, read_json

NAME = "spire"
TRUST_DOMAIN = "acme.example.com"

_PATIENCE = 60.0
"""Seconds."""

_SERVER = """
server {{
  bind_address = "127.0.0.1"
  bind_port = "{port}"
  socket_path = "{folder}/api.sock"
  trust_domain = "{trust_domain}"
  data_dir = "{folder}"
  jwt_issuer = "{issuer}"
  default_jwt_svid_ttl = "5m"
}}
plugins {{
  DataStore "sql" {{ plugin_data {{ database_type = "sqlite3" connection_string = "{folder}/datastore" }} }}
  KeyManager "memory" {{ plugin_data {{}} }}
  NodeAttestor "join_token" {{ plugin_data {{}} }}
}}
"""
_DISCOVERY = """
domains = ["127.0.0.1"]
insecure_addr = "{address}"
allow_insecure_scheme = true
jwt_issuer = "{issuer}"
server_api {{
  address = "unix://{folder}/api.sock"
  poll_interval = "1s"
}}
"""


@dataclass(frozen=True, slots=True)
class Spire:
    """A running server with its discovery provider."""

    issuer: str
    programs: Path
    folder: Path

    def jwt_svid(self, path: str, audience: str) -> ForeignToken:
        """Of the workload `path` in the trust domain."""
        workload = f"spiffe://{TRUST_DOMAIN}{path}"
        text = self._run("jwt", "mint", "-spiffeID", workload, "-audience", audience)
        return ForeignToken(NAME, f"workload {path}", text.strip())

    def x509_svid(self, path: str) -> tuple[Certificate, ...]:
        """The same workload's certificate, and those between it and the trust domain's authority."""
        self._run("x509", "mint", "-spiffeID", f"spiffe://{TRUST_DOMAIN}{path}", "-write", str(self.folder))
        return tuple(load_pem_x509_certificates((self.folder / "svid.pem").read_bytes()))

    def bundle(self) -> dict[str, Any]:
        """The trust domain's keys (SPIFFE Trust Domain and Bundle, section 4)."""
        bundle: dict[str, Any] = json.loads(self._run("bundle", "show", "-format", "spiffe"))
        return bundle

    def rotate(self) -> None:
        """Publish a further key, and then sign with it."""
        prepared = json.loads(self._run("localauthority", "jwt", "prepare", "-output", "json"))
        authority = prepared["prepared_authority"]["authority_id"]
        while authority not in {key["kid"] for key in self.published()["keys"]}:
            time.sleep(0.1)
        self._run("localauthority", "jwt", "activate", "-authorityID", authority)

    def published(self) -> dict[str, Any]:
        """The JWK Set that its discovery provider serves; it asks the server every second."""
        return read_json(discover(self.issuer)["jwks_uri"])

    def _run(self, *command: str) -> str:
        where = ("-socketPath", str(self.folder / "api.sock"))
        return subprocess.check_output([str(self.programs / "spire-server"), *command, *where], text=True)


@contextmanager
def running_spire(programs: Path, log: Path) -> Iterator[Spire]:
    """A fresh one; raises DidNotStart."""
    address = f"127.0.0.1:{free_port()}"
    with _short_folder() as folder, log.open("w", encoding="utf-8") as writing:
        issuer = f"http://{address}"
        settings = {"issuer": issuer, "address": address, "trust_domain": TRUST_DOMAIN, "port": free_port()}
        server = _configured(programs / "spire-server", _SERVER, folder, settings)
        discovery = _configured(programs / "oidc-discovery-provider", _DISCOVERY, folder, settings)
        with child([server[0], "run", *server[1:]], writing, folder) as first:
            wait_until((folder / "api.sock").exists, first, log, _PATIENCE)
            with child(discovery, writing, folder) as second:
                wait_until(lambda: bool(discover(issuer)), second, log, _PATIENCE)
                yield Spire(issuer, programs, folder)


@contextmanager
def _short_folder() -> Iterator[Path]:
    """The path of a Unix socket has at most 108 characters, and pytest's folders are long."""
    folder = Path(tempfile.mkdtemp(prefix="spire-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _configured(program: Path, template: str, folder: Path, settings: Mapping[str, object]) -> list[str]:
    file = folder / f"{program.name}.conf"
    file.write_text(template.format(folder=folder, **settings), encoding="utf-8")
    return [str(program), "-config", str(file)]
