"""`fedbridge console`: its link, its honest ends, and that it costs other commands nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from federation.client.credential import Credential, write_credential
from tests.support.bridge_process import FEDBRIDGE
from tests.support.cli_runs import fake_admin, fedbridge


def test_other_commands_do_not_import_it() -> None:
    script = (
        "import sys\nfrom federation.cli.main import COMMANDS, load\n"
        "for name in COMMANDS:\n    name in ('console', 'serve', 'demo', 'drill') or load(name)\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('starlette', 'jinja2', 'uvicorn', 'anyio')"
        " or m.startswith('federation.console')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_it_says_where_it_is_opens_once_and_ends(tmp_path: Path) -> None:
    write_credential(tmp_path / "credential", Credential("a.b.c", bridge="http://127.0.0.1:1"))
    command = [FEDBRIDGE, "console", "--no-browser", "--json"]
    environment = os.environ | {"FEDBRIDGE_TOKEN_FILE": str(tmp_path / "credential")}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            told = json.loads(b"".join(process.stdout.readline() for _ in range(4)))
            assert told["open"].startswith(f"{told['ready']}/enter?key=")
            assert httpx.get(told["open"]).status_code == 303
            assert httpx.get(told["open"]).status_code == 410
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
        assert told["open"].partition("key=")[2].encode() not in process.stderr.read()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with fake_admin(tmp_path) as admin:
        taken = admin.url.rpartition(":")[2]
        told = admin.run("console", "--no-browser", "--port", taken)
    assert (told.exit_code, f"port {taken} cannot be had" in told.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [[], ["--token-file", "/nowhere"], ["--url", "http://evil.example.com"]])
def test_it_is_not_clear_which_bridge(arguments: list[str], tmp_path: Path) -> None:
    told = fedbridge("console", "--no-browser", *arguments, XDG_CONFIG_HOME=str(tmp_path))
    assert (told.exit_code, "next:" in told.stderr) == (2, True)
