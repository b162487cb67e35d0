"""The command line's frame: help with an example, version, honest exit codes, no tracebacks."""

import pytest
from typer.testing import CliRunner

from federation.cli.main import app
from federation.version import VERSION


def test_the_version_is_printed() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"fedbridge {VERSION}\n")


@pytest.mark.parametrize("command", [[], ["demo"], ["serve"], ["validate"]])
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
