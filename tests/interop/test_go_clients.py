"""Go: client-go with our kubeconfig, x/oauth2 as docs/callers.md shows it, and the programs of the providers' pages."""

import os
import re
import subprocess
from functools import partial
from pathlib import Path

import pytest

from federation.verification.providers import provider_names
from tests.interop.support.issuers import HERE
from tests.support.bridge_process import FEDBRIDGE
from tests.support.bridge_server import AUDIENCE, Bridge
from tests.support.fake_bridge import Asked, Reply, serving
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.provider_pages import blocks
from tests.support.verifying_clouds import Clouds

ROOT = Path(__file__).parents[2]
CLIENTS = HERE / "go-clients"


class Cluster(Clouds):
    """An API server that verifies a token before it answers; it takes none twice at `/once`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.on("GET", "/version", lambda asked: self._answer(asked, again=True))
        self.on("GET", "/once", lambda asked: self._answer(asked, again=False))

    def _answer(self, asked: Asked, *, again: bool) -> Reply:
        known = {claims["jti"] for claims in self.seen}
        claims = self.verified(asked.headers["authorization"].removeprefix("Bearer "))
        if claims is None or (claims["jti"] in known and not again):
            return Reply({"reason": "Unauthorized"}, 401)
        return Reply({"user": claims["sub"]})


def test_client_go_runs_our_plugin_keeps_its_token_and_asks_again_when_it_is_refused(
    bridge: Bridge, tmp_path: Path
) -> None:
    authority = ThrowAwayAuthority()
    (tmp_path / "own.jwt").write_text(bridge.token("partner"))
    path = f"{Path(FEDBRIDGE).parent}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "FEDBRIDGE_URL": bridge.url,
        "FEDBRIDGE_SOURCE": f"file:{tmp_path}/own.jwt",
    }
    tls = authority.server_context("localhost", tmp_path)
    with serving(partial(Cluster, bridge=bridge.url, audience=AUDIENCE), tls) as cluster:
        named = (
            "--audience",
            AUDIENCE,
            "--server",
            cluster.url,
            "--certificate-authority",
            authority.written(tmp_path),
        )
        written = (FEDBRIDGE, "credential-config", "kubernetes", *named, "--out", tmp_path / "kubeconfig")
        subprocess.run(written, env=environment, check=True, capture_output=True)
        paths = ("/version", "/version", "/once", "/version")
        command = (CLIENTS / "target" / "kubectl", tmp_path / "kubeconfig", *paths)
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        jtis = [claims["jti"] for claims in cluster.seen]
    statuses = [line.split()[0] for line in done.stdout.splitlines()]
    assert statuses == ["200", "200", "401", "200"], done.stdout + done.stderr
    assert "partner/acme/billing-sync" in done.stdout
    assert jtis[0] == jtis[1] == jtis[2] != jtis[3]


def test_the_block_for_oauth2_is_in_the_program_that_gets_a_token(bridge: Bridge) -> None:
    (block,) = re.findall(r"^```go\n(.*?)^```$", (ROOT / "docs" / "callers.md").read_text(), re.MULTILINE | re.DOTALL)
    program = (CLIENTS / "oauth2" / "main.go").read_text()
    here = program.replace('bridge + "/token"', '"https://federation.example.com/token"')
    assert " ".join(block.split()) in " ".join(here.split())
    command = (CLIENTS / "target" / "oauth2", bridge.url)
    own = bridge.token("partner")
    done = subprocess.run(command, input=own, check=True, capture_output=True, text=True)
    assert bridge.verify_token(done.stdout)["sub"] == "partner/acme/billing-sync"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text("module pages\n\ngo 1.24\n")
    for provider in provider_names():
        (tmp_path / provider).mkdir()
        (tmp_path / provider / "main.go").write_text(blocks(provider)["Go"])
    return tmp_path


def test_the_programs_of_the_providers_pages_are_as_go_writes_them(pages: Path) -> None:
    for command in (("gofmt", "-l", "."), ("go", "vet", "./...")):
        done = subprocess.run(command, cwd=pages, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
