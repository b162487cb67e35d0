"""Each extra alone, in an empty environment, imported and used once; and what is missing is said by its name."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.packaging.conftest import ROOT, Environment
from tests.support.fake_bridge import Asked, FakeBridge, Reply, fake_bridge
from tests.support.workload_api import WorkloadApi, serving_workloads

Install = Callable[[str], Environment]
ISSUED = {"access_token": "at.at.at", "token_type": "Bearer", "expires_in": 300, "scope": "read"}
NOT_IN_THE_BASE = (
    "boto3",
    "botocore",
    "google.auth",
    "azure.identity",
    "spiffe",
    "cedarpy",
    "pydantic",
    "yaml",
    "typer",
)
TOKEN = "from federation.client import FederatedToken\nt = FederatedToken(URL, 'api', source='env', bound=False)\n"


def asking(bridge: FakeBridge, script: str) -> tuple[str, dict[str, str]]:
    bridge.on("POST", "/token", Reply(ISSUED))
    return f"URL = {bridge.url!r}\n{TOKEN}{script}", {"FEDBRIDGE_SUBJECT_TOKEN": "own.own.own"}


def test_the_base_is_a_client_and_a_verifier_and_no_cloud(installed: Install) -> None:
    base = installed("")
    with fake_bridge() as bridge:
        script, variables = asking(bridge, "print(t.headers('GET', 'https://api.example.com')['authorization'])")
        assert base.python(script, **variables) == "Bearer at.at.at"
    assert (
        base.python("from federation.resource_server.verifier import Verifier; print(Verifier.__name__)") == "Verifier"
    )
    absent = (
        f"from importlib.util import find_spec\nprint([n for n in {NOT_IN_THE_BASE} if find_spec(n.split('.')[0])])"
    )
    assert base.python(absent) == "[]"
    for arguments in ((), ("token", "--audience", "api"), ("--version",)):
        told = base.run("fedbridge", *arguments)
        assert (told.returncode, "pip install 'federation-bridge[cli]'" in told.stderr) == (2, True)
    for source in ("google", "azure", "aws", "spiffe"):
        script = (
            f"from federation.client.sources.choice import find_source\nfind_source({source!r}).subject('https://b')"
        )
        told = base.run("python", "-I", "-c", script)
        assert f"pip install 'federation-bridge[{source}]'" in told.stderr or f"the extra '{source}'" in told.stderr


def test_aws_assumes_a_role(installed: Install) -> None:
    def sts(asked: Asked) -> Reply:
        assert asked.form["WebIdentityToken"] == "at.at.at"
        body = (
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
            "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
            "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
            "</AssumeRoleWithWebIdentityResponse>"
        )
        return Reply(body.encode(), headers={"content-type": "text/xml"})

    with fake_bridge() as bridge:
        bridge.on("POST", "/", sts)
        script, variables = asking(
            bridge,
            "from federation.client.clouds.aws import aws_session\n"
            "s = aws_session(t, 'arn:aws:iam::123456789012:role/r', region='eu-central-1')\n"
            "print(s.get_credentials().get_frozen_credentials().access_key)",
        )
        assert installed("aws").python(script, AWS_ENDPOINT_URL_STS=bridge.url, **variables) == "ASIA1"


def test_google_exchanges_at_its_sts(installed: Install) -> None:
    with fake_bridge() as bridge:
        bridge.on("POST", "/sts", Reply({**ISSUED, "access_token": "ya29", "issued_token_type": "x"}))
        script, variables = asking(
            bridge,
            "from federation.client.clouds.google import google_credentials\n"
            "from google.auth.transport.requests import Request\n"
            "c = google_credentials(t, 'projects/1/x', sts=URL + '/sts')\nc.refresh(Request())\nprint(c.token)",
        )
        assert installed("google").python(script, **variables) == "ya29"


def test_azure_gives_an_identity(installed: Install) -> None:
    script = (
        "from federation.client.sources.choice import find_source\nprint(find_source('azure').subject('api://b').token)"
    )
    with fake_bridge() as bridge:
        bridge.on("GET", "/msi", Reply({"access_token": "az.az.az", "expires_on": "4000000000", "resource": "r"}))
        variables = {"IDENTITY_ENDPOINT": f"{bridge.url}/msi", "IDENTITY_HEADER": "h"}
        environment = installed("azure")
        assert environment.python(script, **variables) == "az.az.az"
        assert environment.python("import federation.client.clouds.azure as a; print(a.azure_credential.__name__)")


def test_spiffe_gives_an_svid(installed: Install, tmp_path: Path) -> None:
    claims = {"aud": ["b"], "exp": 4_000_000_000, "sub": "spiffe://a.b/c"}
    token = jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": "k"})
    script = "from federation.client.sources.choice import find_source\nprint(find_source('spiffe').subject('b').token)"
    with serving_workloads(WorkloadApi("spiffe://a.b/c", token), tmp_path) as address:
        assert installed("spiffe").python(script, SPIFFE_ENDPOINT_SOCKET=address) == token


def test_server_has_what_the_functions_import(installed: Install) -> None:
    script = "import functions.token, functions.introspect, functions.status, functions.archive\nprint('all')"
    assert installed("server").python(script, AWS_DEFAULT_REGION="eu-central-1") == "all"


def test_admin_validates_documents(installed: Install) -> None:
    script = (
        "from pathlib import Path\nfrom federation.documents.validate import validate_path\n"
        f"print(len(validate_path(Path({str(ROOT / 'examples' / 'trust')!r})).documents.issuers) > 5)"
    )
    assert installed("admin").python(script) == "True"


def test_cli_runs_commands_and_says_what_a_whole_bridge_needs(installed: Install) -> None:
    cli = installed("cli")
    assert cli.run("fedbridge", "--version").stdout.startswith("fedbridge ")
    assert json.loads(cli.run("fedbridge", "scan", str(ROOT / "examples"), "--json").stdout)["count"] == 0
    assert cli.run("fedbridge", "validate", str(ROOT / "examples" / "trust")).returncode == 0
    told = cli.run("fedbridge", "serve")
    assert (told.returncode, "pip install 'federation-bridge[local]'" in told.stderr) == (1, True)
    with fake_bridge() as bridge:
        bridge.on("POST", "/token", Reply(ISSUED))
        variables = {"FEDBRIDGE_URL": bridge.url, "FEDBRIDGE_SUBJECT_TOKEN": "own.own.own"}
        options = (
            "token",
            "--audience",
            "api",
            "--format",
            "aws-credential-process",
            "--role-arn",
            "arn:aws:iam::1:role/r",
        )
        told = cli.run("fedbridge", *options, **variables)
        assert "pip install 'federation-bridge[aws]'" in told.stderr


def test_local_serves_a_bridge(installed: Install) -> None:
    local = installed("local")
    command = [str(local.folder / "bin" / "fedbridge"), "serve", "--port", "0"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(local.folder)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as serve:
        assert serve.stdout is not None
        assert serve.stdout.readline().startswith("ready http://127.0.0.1:")
        serve.send_signal(signal.SIGINT)
        assert serve.wait(60) == 0


@pytest.mark.parametrize("extra", ["console"])
def test_console_brings_what_serves_pages(installed: Install, extra: str) -> None:
    script = "import jinja2, starlette, uvicorn\nprint(jinja2.Template('{{ a }}').render(a='ok'))"
    environment = installed(extra)
    assert environment.python(script) == "ok"
    assert environment.run("fedbridge", "--version").returncode == 0
