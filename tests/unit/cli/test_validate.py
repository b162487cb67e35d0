"""`fedbridge validate`: problems with file and line, a summary, exit codes, JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from federation.cli.main import app

AUDIENCE = "kind: Audience\nid: api\nscopes: [read]\n"
LOOPBACK = "kind: Issuer\nid: local\nprovider: oidc\nissuer: http://127.0.0.1:9000\n"
BROKEN = "kind: Audience\nid: api\nscopez: [read]\n"


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env={"COLUMNS": "80", **environment}).invoke(app, ["validate", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "audience.yaml").write_text(AUDIENCE, encoding="utf-8")
    return tmp_path


def test_good_documents_are_counted(folder: Path) -> None:
    result = run(folder)
    assert (result.exit_code, result.stdout) == (0, "good: 1 audience; 0 warnings.\n")


def test_a_problem_is_said_with_file_line_and_hint(folder: Path) -> None:
    (folder / "broken.yaml").write_text(BROKEN.replace("api", "other"), encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 1
    assert f"{folder}/broken.yaml:3: Audience other /scopez: unknown key scopez (did you mean scopes?)" in result.stdout
    assert "2 problems: none of these documents may be used yet." in result.stdout


def test_a_problem_stays_on_its_line_in_a_narrow_terminal(folder: Path) -> None:
    (folder / "audience.yaml").write_text(BROKEN, encoding="utf-8")
    lines = run(folder, COLUMNS="20").stdout.splitlines()
    assert sum(line.startswith(f"{folder}/audience.yaml:") for line in lines) == 2


HALVES = {
    "a key": 'kind: Audience\nid: api\n"\\ud800": 1\n',
    "a kind": 'kind: "\\ud800"\nid: api\n',
    "an id": 'kind: Audience\nid: "\\udfff"\nscopes: [read]\n',
    "a line": 'kind: Mapping\nid: m\nissuer: i\nmatch: {"\\ud800": "\\udc00"}\nprincipal: p/x\ngrants: []\n',
}


@pytest.mark.parametrize("place", HALVES)
def test_a_half_of_a_character_is_a_problem_that_can_be_printed(tmp_path: Path, place: str) -> None:
    (tmp_path / "half.yaml").write_text(HALVES[place], encoding="utf-8")
    for arguments in ((), ("--json",)):
        result = run(tmp_path, *arguments)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert result.stdout_bytes.decode("utf-8")
        assert "half a surrogate pair" in result.stdout


def test_one_file_may_be_checked(folder: Path) -> None:
    assert run(folder / "audience.yaml").exit_code == 0


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "no trust documents here" in result.stdout


def test_loopback_issuers_are_for_a_laptop_only(folder: Path) -> None:
    (folder / "issuer.yaml").write_text(LOOPBACK, encoding="utf-8")
    assert (run(folder).exit_code, run(folder, "--loopback").exit_code) == (1, 0)


def test_the_report_as_json(folder: Path) -> None:
    good = json.loads(run(folder, "--json").stdout)
    assert good == {
        "ok": True,
        "documents": {"issuers": 0, "mappings": 0, "audiences": 1, "clients": 0, "policies": 0, "zones": 0},
        "problems": [],
        "warnings": [],
    }
    (folder / "audience.yaml").write_text(BROKEN, encoding="utf-8")
    result = run(folder, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["ok"]) == (1, False)
    assert {"file": f"{folder}/audience.yaml", "line": 3}.items() <= report["problems"][-1].items()


def test_markup_in_a_document_is_printed_as_it_is(folder: Path) -> None:
    (folder / "audience.yaml").write_text("kind: '[bold]Audience[/]'\nid: '[red]x'\n", encoding="utf-8")
    assert "[bold]Audience[/] [red]x" in run(folder).stdout


@pytest.mark.parametrize(("arguments", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_colour_can_be_left_out(folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
    assert "\x1b[1;32m" in run(folder, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[1;32m" not in run(folder, *arguments, FORCE_COLOR="1", TERM="xterm-256color", **environment).stdout


def test_the_examples_are_good() -> None:
    assert run(Path(__file__).parents[3] / "examples" / "trust").exit_code == 0
