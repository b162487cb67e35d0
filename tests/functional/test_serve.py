"""`fedbridge serve` as its users run it: a process of its own, files, signals."""

import io
import json
import os
import pty
import signal
import stat
import subprocess
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from typer.testing import CliRunner, Result

from federation.cli.main import app
from federation.client.http import send
from federation.local.admin_token import AUDIENCE
from federation.local.server import listen
from federation.local.serving import ServeOptions
from federation.local.serving import serving as serving_here
from federation.model.confirmation import ADMIN_SCOPES
from tests.support.bridge_process import FEDBRIDGE, Served, served
from tests.support.eventually import HANGS, eventually

EXAMPLES = Path(__file__).parents[2] / "examples" / "trust"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "admin").write_text("what stood here before", encoding="ascii")
    (folder / "admin").chmod(0o644)
    options = ("--trust", EXAMPLES, "--demo-tokens", folder / "tokens", "--admin-token-file", folder / "admin")
    with served(folder, *options) as serving:
        yield serving


@pytest.fixture(scope="module")
def words(serving: Served) -> list[str]:
    """What people read after the line for programs."""
    assert serving.process.stdout is not None
    return list(iter(serving.process.stdout.readline, f"to be its admin: {exports(serving)}\n"))


def exports(serving: Served) -> str:
    return f"export FEDBRIDGE_URL={serving.url} FEDBRIDGE_TOKEN_FILE={serving.folder / 'admin'}"


@pytest.fixture(scope="module")
def page(serving: Served) -> dict[str, Any]:
    """What a program reads at `/`."""
    return dict(json.loads(send(f"{serving.url}/", "GET").body))


def test_it_says_ready_once_it_answers(serving: Served) -> None:
    assert serving.ready == f"ready {serving.url}\n"
    assert serving.url.startswith("http://127.0.0.1:")
    assert send(f"{serving.url}/health", "GET").status == 200


def test_every_demo_token_is_good_for_the_audience_that_is_said(serving: Served, page: dict[str, Any]) -> None:
    alone = [token for token in page["tokens"] if "--actor-token-file" not in token["command"]]
    for token in alone:
        assert serving.exchange(Path(token["file"]), token["audience"])["token_type"] == "Bearer", token
    assert len(page["tokens"]) - len(alone) == 2
    assert {path.name for path in (serving.folder / "tokens").glob("*.jwt")} == {
        Path(token["file"]).name for token in page["tokens"]
    }


def test_each_is_printed_with_its_audience_and_its_command(
    serving: Served, words: list[str], page: dict[str, Any]
) -> None:
    printed = [line.strip() for line in words]
    for token in page["tokens"]:
        command = printed.index(f"FEDBRIDGE_URL={serving.url} {token['command']}")
        assert printed[command - 1].startswith(f"{token['title']}, for {token['audience']}")


def test_a_printed_command_works_as_it_is_pasted_in_any_folder(
    serving: Served, words: list[str], tmp_path: Path
) -> None:
    longest = max(words, key=len)  # the tool, which acts for the agent, which acts for a person
    for command in (longest, json.loads(send(f"{serving.url}/", "GET").body)["begin"]):
        done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "eyJ" in done.stdout) == (0, True), done.stderr


def test_a_browser_gets_the_same_as_a_page_that_may_do_nothing(serving: Served, page: dict[str, Any]) -> None:
    answer = send(f"{serving.url}/", "GET", headers={"accept": "text/html,*/*"})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    text = unescape(answer.body.decode())
    assert all(token["command"] in text and token["audience"] in text for token in page["tokens"])
    assert "eyJ" not in text
    assert send(f"{serving.url}/", "POST").status == 404


def differs(file: Path, text: str) -> bool:
    return file.read_text() != text


def test_tokens_and_admin_token_are_renewed_while_it_runs(tmp_path: Path) -> None:
    options = ServeOptions(
        trust=EXAMPLES,
        demo_tokens=tmp_path / "tokens",
        admin_token_file=tmp_path / "admin",
        token_seconds=0.1,
        admin_token_seconds=0.1,
    )
    with serving_here(options, io.StringIO()) as bridge:
        for file in (tmp_path / "tokens" / "partner.jwt", tmp_path / "admin"):
            assert eventually(partial(differs, file, file.read_text()))
        admin = {"authorization": f"Bearer {(tmp_path / 'admin').read_text()}"}
        assert send(f"{bridge.url}/admin/v1/issuers", "GET", headers=admin).status == 200


def test_on_a_terminal_the_log_is_in_a_file_that_is_named(tmp_path: Path) -> None:
    terminal, its_end = pty.openpty()
    command = [FEDBRIDGE, "serve", "--port", "0", "--demo-tokens", str(tmp_path / "tokens")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=its_end, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    ) as process:
        os.close(its_end)
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready ").strip()
        said, file = process.stdout.readline().split()
        send(f"{url}/health", "GET")
        process.send_signal(signal.SIGTERM)
        process.wait(HANGS)
    assert (said, Path(file).parent, "200 GET /health" in Path(file).read_text()) == ("log:", tmp_path, True)
    with pytest.raises(OSError, match="Input/output error"):  # the other end is closed, and nothing was written
        os.read(terminal, 1)
    os.close(terminal)


def test_the_admin_token_is_a_real_one_for_this_bridge(serving: Served) -> None:
    token = (serving.folder / "admin").read_text(encoding="ascii")
    key = jwt.PyJWKClient(f"{serving.url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=serving.url)
    assert sorted(claims["scope"].split()) == sorted(ADMIN_SCOPES)
    assert claims["sub"] == "admin/laptop"
    assert 3500 < claims["exp"] - claims["iat"] <= 3600


def test_the_admin_token_can_be_read_by_its_owner_alone(serving: Served) -> None:
    assert stat.S_IMODE((serving.folder / "admin").stat().st_mode) == 0o600
    assert sorted(path.name for path in serving.folder.iterdir()) == ["admin", "tokens"]


def test_a_program_may_have_it_in_json(tmp_path: Path) -> None:
    with served(tmp_path, "--json") as serving:
        assert send(f"{json.loads(serving.ready)['ready']}/health", "GET").status == 200


@pytest.mark.parametrize(("number", "file"), [(signal.SIGINT, None), (signal.SIGTERM, "log")])
def test_a_signal_ends_it_cleanly_and_its_log_is_apart(
    tmp_path: Path, number: signal.Signals, file: str | None
) -> None:
    with served(tmp_path, *(("--log", tmp_path / file) if file else ())) as serving:
        if file:
            assert serving.process.stdout is not None
            assert serving.process.stdout.readline() == f"log: {tmp_path / file}\n"
        send(f"{serving.url}/health?token=canary-in-the-url", "GET")
        serving.process.send_signal(number)
        words, log = serving.process.communicate(timeout=HANGS)
    assert (serving.process.returncode, words) == (0, "")
    if file:
        assert log == ""
        log = (tmp_path / file).read_text()
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


def test_it_serves_the_console_by_a_link_that_opens_once(tmp_path: Path) -> None:
    with served(tmp_path, "--console", "--admin-token-file", tmp_path / "admin", "--log", tmp_path / "log") as serving:
        assert serving.process.stdout is not None
        link = serving.process.stdout.readline().removeprefix("console ").rstrip("\n")
        assert link.startswith("http://127.0.0.1:")
        with httpx.Client() as browser:
            assert browser.get(link, follow_redirects=True).status_code == 200
            assert "Overview" in browser.get(link.partition("/enter")[0] + "/", follow_redirects=True).text
        assert httpx.get(link).status_code == 410


def test_a_console_without_an_admins_token_is_refused_before_anything_runs() -> None:
    result = run("--port", "0", "--console")
    assert result.exit_code == 1
    assert "--admin-token-file" in result.output
