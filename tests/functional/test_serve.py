"""`fedbridge serve` as its users run it: a process of its own, files, signals."""

import json
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner, Result

from federation.cli.main import app
from federation.client.http import send
from federation.local.admin_token import AUDIENCE
from federation.local.server import listen
from federation.model.confirmation import ADMIN_SCOPES
from tests.support.bridge_process import Served, served
from tests.support.eventually import HANGS

EXAMPLES = Path(__file__).parents[2] / "examples" / "trust"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "admin").write_text("what stood here before", encoding="ascii")
    (folder / "admin").chmod(0o644)
    options = ("--trust", EXAMPLES, "--demo-tokens", folder / "tokens", "--admin-token-file", folder / "admin")
    with served(folder, *options) as serving:
        yield serving


def test_it_says_ready_once_it_answers(serving: Served) -> None:
    assert serving.ready == f"ready {serving.url}\n"
    assert serving.url.startswith("http://127.0.0.1:")
    assert send(f"{serving.url}/health", "GET").status == 200


@pytest.mark.parametrize(
    ("token_file", "audience"),
    [
        ("partner.jwt", "risk-engine"),
        ("google.jwt", "warehouse"),
        ("azure-v1.jwt", "warehouse"),
        ("azure-v2.jwt", "warehouse"),
        ("github.jwt", "artifacts"),
        ("github-immutable.jwt", "artifacts"),
        ("kubernetes.jwt", "payments"),
    ],
)
def test_the_demo_tokens_can_be_exchanged(serving: Served, token_file: str, audience: str) -> None:
    assert serving.exchange(serving.folder / "tokens" / token_file, audience)["token_type"] == "Bearer"


def test_the_admin_token_is_a_real_one_for_this_bridge(serving: Served) -> None:
    token = (serving.folder / "admin").read_text(encoding="ascii")
    key = jwt.PyJWKClient(f"{serving.url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=serving.url)
    assert claims["scope"].split() == list(ADMIN_SCOPES)
    assert claims["sub"] == "admin/laptop"
    assert 3500 < claims["exp"] - claims["iat"] <= 3600


def test_the_admin_token_can_be_read_by_its_owner_alone(serving: Served) -> None:
    assert stat.S_IMODE((serving.folder / "admin").stat().st_mode) == 0o600
    assert sorted(path.name for path in serving.folder.iterdir()) == ["admin", "tokens"]


def test_a_program_may_have_it_in_json(tmp_path: Path) -> None:
    with served(tmp_path, "--json") as serving:
        assert send(f"{json.loads(serving.ready)['ready']}/health", "GET").status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as serving:
        send(f"{serving.url}/health?token=canary-in-the-url", "GET")
        serving.process.send_signal(number)
        rest, log = serving.process.communicate(timeout=HANGS)
    assert (serving.process.returncode, rest) == (0, "")
    assert "200 GET /health" in log
    assert "canary" not in log
    assert "Traceback" not in log


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["serve", *map(str, arguments)])


def test_broken_documents_are_listed_and_nothing_is_served(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Audience\nid: api\nscopez: [read]\n", encoding="utf-8")
    result = run("--port", "0", "--trust", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/a.yaml:3: Audience api /scopez: unknown key scopez" in result.stderr
    assert "Nothing was stored or served." in result.stderr


def test_a_program_is_told_in_json_why_there_is_no_bridge(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Audience\nid: api\nscopez: [read]\n", encoding="utf-8")
    broken = run("--port", "0", "--trust", tmp_path, "--json")
    assert (broken.exit_code, broken.stderr) == (1, "")
    assert json.loads(broken.stdout)["problems"][0]["pointer"] == "/scopes"
    with listen(0) as listener:
        taken = run("--port", str(listener.getsockname()[1]), "--json")
    assert (taken.exit_code, taken.stderr) == (1, "")
    assert "cannot be had" in json.loads(taken.stdout)["error"]["message"]


def test_a_port_that_is_taken_is_said_with_advice() -> None:
    with listen(0) as listener:
        port = listener.getsockname()[1]
        result = run("--port", str(port))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Port {port} cannot be had; take --port 0 for a free one, or --port with another.\n"


def test_a_dynamodb_that_does_not_answer_is_said_with_advice() -> None:
    with listen(0) as listener:
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}"
    result = run("--port", "0", AWS_ENDPOINT_URL_DYNAMODB=nowhere)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"DynamoDB does not answer at {nowhere}" in result.stderr


def test_an_admin_token_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    result = run("--port", "0", "--admin-token-file", tmp_path / "nowhere" / "token")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "The admin token cannot be written to" in result.stderr
