"""The command line's frame: help with an example, version, honest exit codes, no tracebacks."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.core
from typer.main import get_command
from typer.testing import CliRunner

from federation.cli.main import COMMANDS, app, load
from federation.version import VERSION


def test_the_version_is_printed() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"fedbridge {VERSION}\n")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_help_has_an_example(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert f"Example: fedbridge {' '.join(command)}" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["validate"],
        ["validate", "/nowhere/at/all"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "http"],
        ["serve", "--trust", "/nowhere/at/all"],
        ["demo", "--fast"],
    ],
)
def test_a_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["unknown", "--json"], "No such command 'unknown'."),
        (["--json", "keys", "list"], "No such option: --json"),
        (["keys", "--json"], "No such option: --json"),
        (["keys", "revoke", "kid", "--json"], "Missing option '--reason'."),
        (["validate", "--json"], "Missing argument 'DIR'."),
        (["validate", "/nowhere/at/all", "--json"], "Invalid value for 'DIR'"),
        (["audit", "search", "--json", "--limit", "0"], "Invalid value for '--limit'"),
        (["serve", "--port", "65536", "--json"], "Invalid value for '--port'"),
    ],
)
def test_a_wrong_use_is_json_where_json_is_asked_for(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stderr) == (2, "")
    error = json.loads(result.stdout)["error"]
    assert error["message"].startswith(message)
    assert error["next"].endswith("--help")


def leaves(group: typer.core.TyperGroup, *above: str) -> Iterator[tuple[str, ...]]:
    """The names of every command, and of every command of a command."""
    for name in group.commands:
        command = load(name) if not above else group.commands[name]
        if isinstance(command, typer.core.TyperGroup):
            yield from leaves(command, *above, name)
        else:
            yield (*above, name)


@pytest.mark.parametrize("command", list(leaves(get_command(app))), ids=" ".join)  # type: ignore[arg-type] # the frame is a group
def test_every_command_takes_json(command: tuple[str, ...]) -> None:
    assert "--json" in CliRunner().invoke(app, [*command, "--help"]).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_nothing_that_a_command_denies(name: str) -> None:
    assert load(name).name == name
    assert name in CliRunner().invoke(app, ["--help"]).stdout


def test_a_command_brings_nothing_along_that_only_others_need() -> None:
    looked_for = "[m for m in ('moto', 'uvicorn', 'cheroot', 'boto3', 'federation.local') if m in sys.modules]"
    program = f"import sys; from federation.cli.main import load; load('validate'); load('login'); print({looked_for})"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("name", ["demo", "serve"])
def test_where_the_command_line_alone_is_installed_a_whole_bridge_says_what_it_lacks(name: str) -> None:
    program = "import sys; sys.modules['moto'] = None; from federation.cli.main import app; app()"
    for arguments in ([], ["--json"]):
        result = subprocess.run(
            [sys.executable, "-c", program, name, *arguments], capture_output=True, text=True, check=False
        )
        told = result.stdout if arguments else result.stderr
        assert (result.returncode, "Traceback" in told) == (1, False)
        assert f"fedbridge {name} needs the extra 'local' (moto is not installed)" in told
