"""What `fedbridge` writes for other tools, read by the libraries that those tools are made of, unmodified."""

# mypy: disallow-untyped-calls=False

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.auth import identity_pool, pluggable
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request

from tests.support.bridge_process import FEDBRIDGE
from tests.support.bridge_server import AUDIENCE, Bridge
from tests.support.fake_bridge import Reply, serving
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.verifying_clouds import APPLICATION, POOL, ROLE, TENANT, Clouds

WHO = "partner/acme/billing-sync"


@pytest.fixture
def clouds(bridge: Bridge) -> Iterator[Clouds]:
    with serving(partial(Clouds, bridge=bridge.url, audience=AUDIENCE)) as clouds:
        yield clouds


@pytest.fixture
def own(bridge: Bridge, tmp_path: Path) -> str:
    """A source: a file with a newline at its end, as editors leave it."""
    (tmp_path / "own.jwt").write_text(bridge.token("partner") + "\n")
    return f"file:{tmp_path}/own.jwt"


def environment(bridge: Bridge, own: str, **more: str) -> dict[str, str]:
    path = f"{Path(FEDBRIDGE).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "PATH": path, "FEDBRIDGE_URL": bridge.url, "FEDBRIDGE_SOURCE": own, **more}


def fedbridge(env: dict[str, str], *arguments: str, code: int = 0) -> str:
    done = subprocess.run([FEDBRIDGE, *arguments], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done
    return done.stdout


def python(env: dict[str, str], script: str) -> str:
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


IDENTITY = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"


def test_botocore_reads_what_credential_process_prints(
    bridge: Bridge, clouds: Clouds, own: str, tmp_path: Path
) -> None:
    env = environment(bridge, own, AWS_ENDPOINT_URL_STS=clouds.url, AWS_CONFIG_FILE=str(tmp_path / "config"))
    written = ("--audience", AUDIENCE, "--role-arn", ROLE, "--region", "eu-central-1")
    text = fedbridge(env, "credential-config", "aws", *written, "--profile", "bridge")
    (tmp_path / "config").write_text(text)
    assert "secret" not in text.lower()
    assert python({**env, "AWS_PROFILE": "bridge"}, IDENTITY) == ROLE
    assert clouds.seen[0]["sub"] == WHO


def test_botocore_reads_a_token_file_that_has_no_newline(
    bridge: Bridge, clouds: Clouds, own: str, tmp_path: Path
) -> None:
    token, config = tmp_path / "token", tmp_path / "config"
    env = environment(bridge, own, AWS_ENDPOINT_URL_STS=clouds.url, AWS_CONFIG_FILE=str(config))
    fedbridge(env, "token", "--audience", AUDIENCE, "--out", str(token))
    assert (token.read_bytes()[-1:] != b"\n", token.stat().st_mode & 0o777) == (True, 0o600)
    named = ("--role-arn", ROLE, "--region", "eu-central-1", "--token-in", str(token), "--out", str(config))
    fedbridge(env, "credential-config", "aws", "--audience", AUDIENCE, *named)
    assert python({**env, "AWS_PROFILE": "federation-bridge"}, IDENTITY) == ROLE


def test_google_auth_runs_the_executable(
    bridge: Bridge, clouds: Clouds, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = environment(bridge, own)
    named = ("--provider", POOL, "--exchange-at", f"{clouds.url}/v1/token", "--out", str(tmp_path / "google.json"))
    fedbridge(env, "credential-config", "google", "--audience", AUDIENCE, *named)
    for name in ("PATH", "FEDBRIDGE_SOURCE"):
        monkeypatch.setenv(name, env[name])
    monkeypatch.setenv("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
    credentials = pluggable.Credentials.from_file(str(tmp_path / "google.json"))
    credentials.refresh(Request())
    assert (credentials.token, clouds.seen[0]["sub"]) == ("ya29.1", WHO)


def test_google_auth_shows_why_the_executable_has_no_token(
    bridge: Bridge, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = environment(bridge, own)
    named = ("--provider", POOL, "--out", str(tmp_path / "google.json"))
    fedbridge(env, "credential-config", "google", "--audience", "nowhere", *named)
    for name in ("PATH", "FEDBRIDGE_SOURCE"):
        monkeypatch.setenv(name, env[name])
    monkeypatch.setenv("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
    credentials = pluggable.Credentials.from_file(str(tmp_path / "google.json"))
    with pytest.raises(RefreshError, match="target_not_granted"):
        credentials.refresh(Request())


def test_google_auth_gets_the_subject_token_at_a_url(bridge: Bridge, clouds: Clouds, own: str, tmp_path: Path) -> None:
    """As a GitHub job would: its token service is the URL, and the bridge is where the token is exchanged."""
    clouds.on(
        "GET",
        "/id",
        lambda asked: Reply({"value": bridge.token("partner")}, 200 if asked.headers["x-k"] == "v" else 401),
    )
    named = ("--provider", AUDIENCE, "--exchange-at", f"{bridge.url}/token", "--token-url", f"{clouds.url}/id")
    shown = ("--token-url-header", "x-k: v", "--token-url-member", "value", "--out", str(tmp_path / "google.json"))
    fedbridge(environment(bridge, own), "credential-config", "google", "--audience", AUDIENCE, *named, *shown)
    credentials = identity_pool.Credentials.from_file(str(tmp_path / "google.json"), scopes=["risk:score:read"])
    credentials.refresh(Request())
    assert bridge.verify_token(str(credentials.token))["sub"] == WHO


def test_azure_identity_reads_the_variables(bridge: Bridge, own: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    env = environment(bridge, own)
    fedbridge(env, "token", "--audience", AUDIENCE, "--out", str(token))
    named = ("--tenant-id", TENANT, "--azure-client-id", APPLICATION, "--token-in", str(token))
    lines = fedbridge(env, "credential-config", "azure", "--audience", AUDIENCE, *named).splitlines()
    authority = ThrowAwayAuthority()
    script = (
        "from azure.identity import WorkloadIdentityCredential as C\n"
        "import os\n"
        "c = C(authority=os.environ['AT'], disable_instance_discovery=True, connection_verify=os.environ['CA'])\n"
        "print(c.get_token('https://storage.azure.com/.default').token)"
    )
    with serving(
        partial(Clouds, bridge=bridge.url, audience=AUDIENCE), authority.server_context("localhost", tmp_path)
    ) as entra:
        base = f"{entra.url}/{TENANT}"
        found = {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/a",
            "issuer": f"{base}/v2.0",
        }
        entra.on("GET", f"/{TENANT}/v2.0/.well-known/openid-configuration", Reply(found))
        variables = dict(line.split("=", 1) for line in lines)
        more = {"AT": entra.url, "CA": str(authority.written(tmp_path))}
        assert python({**env, **variables, **more}, script) == "entra.1"
        assert entra.seen[0]["sub"] == WHO


def test_a_kubeconfig_runs_the_command_and_gets_an_exec_credential(bridge: Bridge, own: str) -> None:
    env = environment(bridge, own)
    text = fedbridge(
        env, "credential-config", "kubernetes", "--audience", AUDIENCE, "--server", "https://k8s.example.com"
    )
    config = yaml.safe_load(text)
    plugin = config["users"][0]["user"]["exec"]
    done = subprocess.run([plugin["command"], *plugin["args"]], env=env, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert (answer["apiVersion"], answer["kind"]) == (plugin["apiVersion"], "ExecCredential")
    assert bridge.verify_token(answer["status"]["token"])["sub"] == WHO


def test_terraform_gets_provider_blocks(bridge: Bridge, own: str) -> None:
    named = ("--role-arn", ROLE, "--token-in", "/run/token", "--server", "https://k8s.example.com")
    text = fedbridge(environment(bridge, own), "credential-config", "terraform", "--audience", AUDIENCE, *named)
    providers: dict[str, Any] = json.loads(text)["provider"]
    assert providers["aws"]["assume_role_with_web_identity"]["web_identity_token_file"] == "/run/token"
    assert providers["kubernetes"]["exec"]["command"] == "fedbridge"


@pytest.mark.parametrize("form", ["header", "env"])
def test_a_shell_gets_it_as_a_header_or_a_variable(bridge: Bridge, own: str, form: str) -> None:
    text = fedbridge(environment(bridge, own), "token", "--audience", AUDIENCE, "--format", form)
    if form == "env":
        script = f'{text}\nprintf %s "Authorization: Bearer $FEDBRIDGE_ACCESS_TOKEN"'
        text = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    scheme, token = text.removeprefix("Authorization: ").split()
    assert (scheme, bridge.verify_token(token)["sub"]) == ("Bearer", WHO)


def test_exec_runs_a_command_in_a_cloud_and_leaves_nothing_behind(
    bridge: Bridge, clouds: Clouds, own: str, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    env = environment(bridge, own, AWS_ENDPOINT_URL_STS=clouds.url, TMPDIR=str(tmp_path / "tmp"), AWS_ACCESS_KEY_ID="x")
    options = ("--audience", AUDIENCE, "--cloud", "aws", "--role-arn", ROLE, "--region", "eu-central-1")
    told = fedbridge(env, "exec", *options, "--", sys.executable, "-c", IDENTITY)
    assert (told.strip(), list((tmp_path / "tmp").iterdir())) == (ROLE, [])


def test_exec_gives_google_a_file_that_it_reads(bridge: Bridge, own: str) -> None:
    script = (
        "import os; from google.auth import identity_pool; from google.auth.transport.requests import Request;"
        "c = identity_pool.Credentials.from_file(os.environ['GOOGLE_APPLICATION_CREDENTIALS']);"
        "print(c.retrieve_subject_token(Request()))"
    )
    options = ("--audience", AUDIENCE, "--cloud", "google", "--provider", POOL)
    token = fedbridge(environment(bridge, own), "exec", *options, "--", sys.executable, "-c", script).strip()
    assert bridge.verify_token(token)["sub"] == WHO


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -TERM $$", 143), ("exec /no/such/command", 127)])
def test_exec_ends_as_the_command_does(bridge: Bridge, own: str, command: str, code: int) -> None:
    env = environment(bridge, own)
    fedbridge(env, "exec", "--audience", AUDIENCE, "--", "/bin/sh", "-c", command, code=code)


def test_exec_says_what_is_missing_before_it_runs_anything(bridge: Bridge, own: str) -> None:
    env = environment(bridge, own)
    fedbridge(env, "exec", "--audience", AUDIENCE, "--", "/no/such/command", code=127)
    fedbridge(env, "exec", "--audience", AUDIENCE, "--cloud", "aws", "--", "true", code=2)
    fedbridge(env, "exec", "--audience", "nowhere", "--", "true", code=1)
    fedbridge(env, "token", "--audience", AUDIENCE, "--format", "aws-credential-process", code=2)
