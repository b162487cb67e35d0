"""Every alarm has a page, and every command of every page is run against a bridge in the state of that page."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

from federation.cli.bridge import connect
from federation.local.alarms import TEMPLATE, alarms, put_alarms
from federation.local.routes import load_template
from tests.support.admin_laptop import admin_laptop
from tests.support.bridge_server import Bridge
from tests.support.runbooks import BROKEN, FOLDER, SILENT, State, commands, says, words

OF_OTHER_TESTS = {"README", "restore"}
"""test_restore.py walks that one."""
PAGES = sorted(page.stem for page in FOLDER.glob("*.md") if page.stem not in OF_OTHER_TESTS)
WITHOUT_ALARM = {"key-leak", "bad-policy"}
"""Drills walk these."""
NOT_HERE = {"certificate-ending", "mtls-certificate-ending"}
"""Of a domain, which a laptop does not have."""
HERE = {each["AlarmName"].removeprefix("laptop-") for each in alarms(load_template(TEMPLATE))}


@pytest.fixture(scope="module")
def state(bridge: Bridge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    with admin_laptop(tmp_path_factory.mktemp("runbooks")) as laptop:
        laptop.log_in()
        put_alarms(without=())
        connect(laptop.url, laptop.credential).post("/apply", {"documents": laptop.partner()})
        yield State(laptop, bridge.local)


def test_every_alarm_has_a_page_and_every_page_an_alarm() -> None:
    declared = load_template(TEMPLATE)["Resources"].values()
    names = {
        each["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${Name}-")
        for each in declared
        if "AlarmName" in each["Properties"]
    }
    assert names == set(PAGES) - WITHOUT_ALARM
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [page for page in PAGES if f"]({page}.md)" not in index] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short_and_whole(page: str) -> None:
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {page}\n")
    for part in ("**Symptom.** ", "**Affected.** ", "## Check\n", "## Mend\n", "## Over\n", "## Prevent\n"):
        assert part in text
    assert len(text.splitlines()) < 80


@pytest.mark.parametrize("states", [BROKEN, SILENT], ids=["broken", "silent"])
def test_what_a_page_says_is_what_a_bridge_in_its_state_prints(
    state: State, states: Mapping[str, Callable[[State], None]]
) -> None:
    asked = {page: [one for one in commands(FOLDER / f"{page}.md") if one.tool == "bash"] for page in states}
    before = Printed(state)
    for enter in dict.fromkeys(states.values()):
        enter(state)
    for page, several in asked.items():
        assert says(before.of("fedbridge stats alarms --window 1h"), f"RINGS {page}:") or page not in HERE
        for command in several:
            if command.section != "over":
                printed, no = before.of(command.line), command.expected.get("no")
                assert says(printed, command.expected.get("yes", "")), (page, command, printed)
                assert no is None or not says(printed, no), (page, command, printed)
    state.leave()
    after = Printed(state)
    for page, several in asked.items():
        assert {"check", "over"} <= {one.section for one in several}
        for command in several:
            if command.section == "over":
                assert says(after.of(command.line), command.expected["over"]), (page, after.of(command.line))


class Printed:
    """What commands print, each run once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._printed: dict[str, str] = {}

    def of(self, line: str) -> str:
        if line not in self._printed:
            result = self._state.laptop.run(*words(line))
            assert result.exit_code == 0, (line, result.output)
            self._printed[line] = result.output
        return self._printed[line]


SESSION = Session()
OF_THE_CLI = {"--cli-binary-format", "--max-items", "--max-results"}
"""Options that are no member of the operation's input."""


@pytest.mark.parametrize("page", PAGES)
def test_a_command_of_the_aws_cli_is_one_that_there_is(page: str) -> None:
    for command in commands(FOLDER / f"{page}.md"):
        if command.tool == "aws":
            _, service, operation, *rest = command.line.split()
            model = SESSION.get_service_model(service)
            known = {xform_name(name, "-"): name for name in model.operation_names}
            shape = model.operation_model(known[operation]).input_shape
            members = shape.members if shape else {}
            options = {f"--{xform_name(name, '-')}" for name in members} | OF_THE_CLI
            assert {word for word in rest if word.startswith("--")} <= options, command


def test_the_state_of_each_page_is_known_here() -> None:
    assert {page for page in PAGES if page not in {*BROKEN, *SILENT}} == WITHOUT_ALARM | NOT_HERE


def test_a_command_line_is_read_as_a_shell_reads_it(tmp_path: Path) -> None:
    for page in PAGES:
        for command in commands(FOLDER / f"{page}.md"):
            checked = subprocess.run(["/bin/bash", "-nc", command.line], check=False, capture_output=True, cwd=tmp_path)
            assert checked.returncode == 0, command
