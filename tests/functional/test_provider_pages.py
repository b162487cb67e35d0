"""Every provider's page says in five ways how its identities get a token, and what it says is run where it can be.

The platforms' own services and programs answer on loopback; the bridge notes what it is sent.
"""

import re
import shlex
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner

from federation.cli.main import app
from federation.client.sources.choice import find_source
from federation.documents.provider_docs.callers.own import BRIDGE, Asked, Certificate, Command, File, Variable, own_of
from federation.documents.provider_docs.callers.shell import MTLS
from federation.local.mtls.identity import device_identity
from federation.oauth.identifiers import GrantType
from federation.verification.providers import provider_names
from tests.support.eventually import HANGS
from tests.support.fake_bridge import Asked as Request
from tests.support.fake_bridge import FakeBridge, Reply, serving
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.provider_pages import PAGES, blocks

ENDS = int(time.time()) + 3600
BY_A_LIBRARY = {"aws", "azure", "google", "spiffe"}
"""Sources that ask a cloud's own library: tests/functional/test_cloud_sources.py."""


@dataclass
class World(FakeBridge):
    """A bridge, and on the same server what platforms ask for a token."""

    folder: Path = Path()
    mtls: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.on("POST", "/token", self._issued)
        self.on("GET", "/id", lambda asked: self._given("value", asked, audience=self.url, v="2"))
        self.on("POST", "/oidc", lambda asked: self._given("oidcToken", asked, **{"api-version": "7.1"}))
        imds = {"api-version": "2018-02-01", "resource": self.url}
        self.on("GET", "/metadata/identity/oauth2/token", lambda asked: self._given("access_token", asked, **imds))
        google = "/computeMetadata/v1/instance/service-accounts/default/identity"
        self.on("GET", google, lambda asked: self._given("", asked, audience=self.url, format="full"))

    def token(self, what: str = "asked") -> str:
        """Whoever it is for: who gave it."""
        claims = {"aud": self.url, "iat": 1, "exp": ENDS, "jti": what}
        return jwt.encode(claims, "k" * 32, "HS256")

    def environment(self) -> dict[str, str]:
        """Of a machine that is every place at once."""
        how = [own_of(name).how for name in provider_names()]
        variables = {each.name: self.token(each.name) for each in how if isinstance(each, Variable)}
        for_jobs = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/id?v=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
            "SYSTEM_OIDCREQUESTURI": f"{self.url}/oidc",
            "SYSTEM_ACCESSTOKEN": "job",
        }
        trusted = dict.fromkeys(("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), str(self.folder / "authority.pem"))
        path = {"PATH": f"{self.folder}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder)}
        projected = {"FEDBRIDGE_KUBERNETES_TOKEN": str(self.folder / "token")}
        return {**variables, **for_jobs, **trusted, **path, **projected}

    def here(self, text: str) -> str:
        """The text with this world's addresses and files."""
        for there in (BRIDGE, "http://169.254.169.254", "http://metadata.google.internal"):
            text = text.replace(there, self.url)
        for folder in ("/var/run/secrets/federation-bridge", "/run/spiffe"):
            text = text.replace(folder, str(self.folder))
        return text.replace(MTLS, self.mtls)

    def expected(self, provider: str, audience: str) -> dict[str, str]:
        """The form of its exchange."""
        own = own_of(provider)
        match own.how:
            case Variable(name) | File(name) | Command((name, *_)):
                token = self.token(name)
            case Asked():
                token = self.token()
            case Certificate():
                token = "mtls"
        return {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": token,
            "subject_token_type": own.type.value,
            "audience": audience,
        }

    def _given(self, member: str, asked: Request, **query: str) -> Reply:
        shown = asked.headers.get("authorization") == "Bearer job" or {"metadata", "metadata-flavor"} & {*asked.headers}
        if asked.query != query or not shown:
            return Reply({"error": "not like this"}, 400)
        return Reply({member: self.token()} if member else self.token().encode())

    def _issued(self, asked: Request) -> Reply:
        self.sent.append(asked.form)
        kind = "DPoP" if "dpop" in asked.headers else "Bearer"
        return Reply({"access_token": "at.1", "token_type": kind, "expires_in": 300, "scope": "x"})


def installed(world: World) -> None:
    """Files and programs that platforms bring."""
    for each in map(own_of, provider_names()):
        if isinstance(each.how, File):
            (world.folder / Path(each.how.path).name).write_text(f"{world.token(each.how.path)}\n")
        elif isinstance(each.how, Command):
            program, *words = each.how.words
            asked = " ".join(world.here(word) for word in words)
            script = f'#!/bin/sh\ntest "$*" = {shlex.quote(asked)} && echo {world.token(program)}\n'
            (world.folder / program).write_text(script)
            (world.folder / program).chmod(0o755)


def guarded(folder: Path, authority: str) -> ssl.SSLContext:
    """Lets in the authority's clients alone."""
    servers = ThrowAwayAuthority()
    servers.written(folder)
    context = servers.server_context("localhost", folder)
    context.load_verify_locations(cadata=authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, device = tmp_path_factory.mktemp("pages"), device_identity("press-8")
    (folder / "press-8.crt").write_text(device.certificate)
    (folder / "press-8.key").write_text(device.private_key)
    with serving(lambda url: World(url, folder=folder)) as world:
        installed(world)

        def guard(url: str) -> FakeBridge:
            behind = FakeBridge(url)
            behind.on("POST", "/token", world._issued)
            return behind

        with serving(guard, guarded(folder, device.authority)) as doors:
            world.mtls = doors.url
            yield world


def audience_of(provider: str) -> str:
    named: set[str] = {
        *re.findall(r"--audience (\S+)", blocks(provider)["fedbridge"]),
        *re.findall(r"-d audience=(\S+)", blocks(provider)["curl"]),
    }
    (audience,) = named
    return audience


@pytest.mark.parametrize("provider", provider_names())
def test_the_page_has_all_five(provider: str) -> None:
    assert all(audience_of(provider) in text for text in blocks(provider).values())
    assert own_of(provider).setup in (PAGES / f"{provider}.md").read_text()
    assert find_source(own_of(provider).source).name == own_of(provider).source.partition(":")[0]


def run(command: list[str], world: World) -> str:
    done = subprocess.run(
        command, env=world.environment(), cwd=world.folder, capture_output=True, text=True, check=False, timeout=HANGS
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_curl(world: World) -> None:
    for provider in provider_names():
        assert '"access_token": "at.1"' in run(["/bin/sh", "-ec", world.here(blocks(provider)["curl"])], world)


def by_node(world: World) -> None:
    """One process: modules are loaded one after the other."""
    for provider in provider_names():
        (world.folder / f"{provider}.mjs").write_text(world.here(blocks(provider)["Node"]))
    (world.folder / "all.mjs").write_text("".join(f"await import('./{name}.mjs')\n" for name in provider_names()))
    run(["node", "all.mjs"], world)


RUN = {("curl", "jq"): by_curl, ("node",): by_node}


@pytest.mark.parametrize("way", [way for tools, way in RUN.items() if all(map(shutil.which, tools))])
def test_what_needs_no_package_of_ours_sends_the_right_token(world: World, way: Any) -> None:  # noqa: ANN401
    world.sent.clear()
    way(world)
    assert world.sent == [world.expected(provider, audience_of(provider)) for provider in provider_names()]


OURS = [name for name in provider_names() if own_of(name).source.partition(":")[0] not in BY_A_LIBRARY | {"mtls"}]


@pytest.fixture
def placed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(world.folder)
    world.sent.clear()
    return world


def test_so_do_python_and_the_command_line(placed: World) -> None:
    for provider in OURS:
        names: dict[str, Any] = {}
        exec(placed.here(blocks(provider)["Python"]), names)  # noqa: S102 (the page's own text)
        assert names["token"].get().access_token == "at.1"
        program, *words = shlex.split(placed.here(blocks(provider)["fedbridge"]))
        assert (program, CliRunner().invoke(app, words).exit_code) == ("fedbridge", 0)
    both = [placed.expected(provider, audience_of(provider)) for provider in OURS for _ in range(2)]
    untyped = [{**form, "subject_token_type": ""} for form in both]
    assert [{**form, "subject_token_type": ""} for form in placed.sent] == untyped


@pytest.mark.parametrize("provider", [name for name in provider_names() if name not in OURS])
def test_where_a_library_is_asked_the_python_is_a_program_all_the_same(provider: str) -> None:
    """Nothing is asked before the token is needed."""
    names: dict[str, Any] = {}
    exec(blocks(provider)["Python"], names)  # noqa: S102 (the page's own text)
    assert repr(names["token"]) == f"FederatedToken('{BRIDGE}', '{audience_of(provider)}')"
