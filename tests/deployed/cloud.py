"""AWS on this machine: the engine over TLS with IAM enforced, an identity provider, and the names of both."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.issuer_server import IssuerServer, issuer_server
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.ministack import free_port, running_engine

ROOT = Path(__file__).parents[2]
ENGINE_PYTHON = ROOT / ".venv-engine/bin/python"
INTERNET = Path(__file__).with_name("internet")
REGION = "us-east-1"
API_HOSTS, CDN_HOSTS = f"execute-api.{REGION}.amazonaws.com", "cloudfront.net"
STS_HOST = f"sts.{REGION}.amazonaws.com"
IDP_HOST = "idp.example.com"
NAMES = "DEPLOYED_NAMES"
"""Environment variable of internet/sitecustomize.py; `make deployed` sets it for the tests themselves."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """`environment`: for whoever calls AWS or the deployment, as an administrator of the account."""

    endpoint: str
    environment: Mapping[str, str]
    idp: IssuerServer
    python: str
    """The functions' Python."""
    version: str
    """Of it, such as 3.13."""
    calls: Path
    """What sessions of roles asked AWS for: `who`, `action`, `resource`, `allowed`, a line of JSON each."""


@contextmanager
def cloud(folder: Path, runtime: str) -> Iterator[Cloud]:
    """`runtime`: the version of Python that the functions are for; where it is not installed, this one is taken."""
    python, version = _python(runtime)
    authority = ThrowAwayAuthority()
    trusted, port = authority.written(folder), free_port()
    certificate = authority.server_file(("127.0.0.1", STS_HOST, f"*.{API_HOSTS}", f"*.{CDN_HOSTS}"), folder)
    with issuer_server(authority.server_context(IDP_HOST, folder)) as idp:
        names = _write_names({API_HOSTS: port, CDN_HOSTS: port, STS_HOST: port, IDP_HOST: idp.port})
        trust = {
            "SSL_CERT_FILE": str(trusted),
            "AWS_CA_BUNDLE": str(trusted),
            "PYTHONPATH": str(INTERNET),
            NAMES: str(names),
        }
        settings = {**_SECURE, "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(certificate)}
        engine: list[str | Path] = [ENGINE_PYTHON, "-m", "tests.deployed.shim"]
        calls = folder / "calls"
        shim = {"DEPLOYED_PYTHON": python, "DEPLOYED_CALLS": str(calls)}
        with running_engine(engine, folder, port, {**settings, **trust, **shim}) as url:
            endpoint = url.replace("http:", "https:")
            yield Cloud(endpoint, {**trust, **_ACCOUNT, "AWS_ENDPOINT_URL": endpoint}, idp, python, version, calls)


_SECURE = {"AUTH": "true", "USE_SSL": "1", "MINISTACK_REGION": REGION}
_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",  # the engine's own root user
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "SAM_CLI_TELEMETRY": "0",
}


def _write_names(names: Mapping[str, int]) -> Path:
    file = Path(os.environ[NAMES])
    file.write_text(json.dumps(names), encoding="utf-8")
    return file


def _python(wanted: str) -> tuple[str, str]:
    """A Python without packages: of that version if there is one, otherwise the one below this environment."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{wanted}.*/bin/python{wanted}"))
    for candidate in (shutil.which(f"python{wanted}"), *map(str, installed)):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate, wanted
    return sys._base_executable, "{}.{}".format(*sys.version_info)  # type: ignore[attr-defined]
