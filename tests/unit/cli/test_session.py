"""Commands that talk to a bridge declare their own options alone; the shared ones come with the session."""

from inspect import signature
from pathlib import Path

import pytest
import typer

from federation.cli.failure import USAGE
from federation.cli.session import AdminSession, BridgeSession, admin_command, bridge_command


def test_a_command_of_the_admin_api_has_the_options_of_its_session_behind_its_own() -> None:
    @admin_command
    def command(session: AdminSession, name: str, *, force: bool = False) -> None:
        """Does it."""

    assert list(signature(command).parameters) == ["name", "force", "url", "token_file", "as_json", "no_color"]
    assert (command.__name__, command.__doc__) == ("command", "Does it.")


def test_the_session_is_made_of_its_options_and_the_rest_is_the_commands() -> None:
    given: list[object] = []

    @bridge_command
    def command(session: BridgeSession, *, name: str) -> None:
        given.extend((session.bridge, session.terminal.as_json, name))

    command(name="risk-engine", url="https://federation.example.com/", as_json=True, no_color=False)
    assert given == ["https://federation.example.com", True, "risk-engine"]


def test_what_fails_within_a_command_ends_it_with_its_own_code(tmp_path: Path) -> None:
    @admin_command
    def command(session: AdminSession) -> None:
        session.connect()

    credential = tmp_path / "credential"
    credential.write_text("a.b.c")
    with pytest.raises(typer.Exit) as ended:
        command(url="ftp://example.com", token_file=credential, as_json=False, no_color=True)
    assert ended.value.exit_code == USAGE
