"""examples/services/api_gateway.yaml, deployed as a team deploys it, and both of its APIs called."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import httpx
import pytest

from federation.local.embedded_aws import sealed_environment
from federation.resource_server.testing import OwnBridge
from federation.resource_server.testing_keys import HolderKey
from tests.deployed.cloud import ENGINE_PYTHON, REGION, ROOT
from tests.deployed.sam import SAM
from tests.support.ministack import free_port, running_engine

TEMPLATE = ROOT / "examples" / "services" / "api_gateway.yaml"
AUDIENCE, SCOPE = "risk-engine", "risk:score:read"
KNOWN_AS = "https://risk.example.com"
ACCOUNT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


@dataclass(frozen=True)
class Api:
    """One of the two, through the engine's own front."""

    engine: str
    url: str

    def ask(self, headers: Mapping[str, str]) -> httpx.Response:
        parts = urlsplit(self.url)
        return httpx.get(self.engine + parts.path, headers={"host": parts.netloc, **headers}, timeout=60)

    def status(self, token: str) -> int:
        return self.ask({"authorization": f"Bearer {token}"}).status_code

    def proven(self, token: str, holder: HolderKey) -> dict[str, str]:
        """The engine's REST API leaves out `requestContext.path`, which has the stage at AWS."""
        url = KNOWN_AS + urlsplit(self.url).path.removeprefix("/v1")
        return {"authorization": f"DPoP {token}", "dpop": holder.proof("GET", url, token)}


@pytest.fixture(scope="module")
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge.serving(ttl=1) as bridge:
        yield bridge


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, and its function's code beside it, as `sam build` would put it there."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(TEMPLATE, folder / "template.yaml")
    locked: list[str | Path] = ["--require-hashes", "-r", ROOT / "requirements-token.txt"]
    ours: list[str | Path] = ["--no-build-isolation", ROOT]
    for what in (locked, ours):
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            folder / "authorizer",
        ]
        subprocess.run([*command, *what], check=True)
    return folder


@pytest.fixture(scope="module")
def apis(bridge: OwnBridge, packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Api]]:
    state = tmp_path_factory.mktemp("engine")
    shim = {"DEPLOYED_PYTHON": sys._base_executable, "DEPLOYED_CALLS": str(state / "calls")}  # type: ignore[attr-defined]
    settings = {**shim, "MINISTACK_REGION": REGION, "PYTHONPATH": str(ROOT)}
    engine: list[str | Path] = [ENGINE_PYTHON, "-m", "tests.deployed.shim"]
    with running_engine(engine, state, free_port(), settings) as url, sealed_environment(None):
        parameters = (f"Issuer={bridge.issuer}", f"Audience={AUDIENCE}", f"ServiceUrl={KNOWN_AS}")
        _deploy(packed, url, parameters)
        client = boto3.client("cloudformation", endpoint_url=url, region_name=REGION)
        (stack,) = client.describe_stacks(StackName="api")["Stacks"]
        yield {one["OutputKey"]: Api(url, one["OutputValue"]) for one in stack["Outputs"]}


def _deploy(folder: Path, engine: str, parameters: tuple[str, ...]) -> None:
    settings = ("--stack-name", "api", "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset")
    command: list[str | Path] = [
        SAM,
        "deploy",
        "--template-file",
        folder / "template.yaml",
        *settings,
    ]
    environment = {**ACCOUNT, "AWS_ENDPOINT_URL": engine, "SAM_CLI_TELEMETRY": "0", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [*command, "--parameter-overrides", *parameters],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(params=["HttpApiUrl", "RestApiUrl"])
def api(request: pytest.FixtureRequest, apis: Mapping[str, Api]) -> Api:
    return apis[request.param]


def test_a_good_token_reaches_the_function_which_is_told_whose_it_is(bridge: OwnBridge, api: Api) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE, jti="j-1")
    answer = api.ask({"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.text) == (200, "partner/acme/billing-sync j-1")


def test_any_other_token_does_not(bridge: OwnBridge, api: Api) -> None:
    not_good = 403 if "/v1/" not in api.url else 401
    expired = bridge.token(AUDIENCE, scope=SCOPE, iat=int(time.time()) - 600)
    revoked = bridge.token(AUDIENCE, scope=SCOPE)
    bridge.revoke(revoked)
    time.sleep(bridge.ttl)
    assert api.ask({}).status_code == 401
    for token in (bridge.token("ledger", scope=SCOPE), expired, revoked, "junk"):
        assert api.status(token) == not_good
    assert api.status(bridge.token(AUDIENCE)) == 403


def test_a_bound_token_comes_with_its_proof_once(bridge: OwnBridge, api: Api) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    shown = api.proven(token, holder)
    assert [api.ask(shown).status_code < 400 for _ in range(2)] == [True, False]
    assert api.status(token) in (401, 403)


def test_while_the_bridge_is_away_nothing_is_let_in(bridge: OwnBridge, api: Api) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE)
    bridge.away = True
    time.sleep(bridge.ttl)
    try:
        assert api.status(token) >= 500
    finally:
        bridge.away = False
    time.sleep(1)
    assert api.status(token) == 200
