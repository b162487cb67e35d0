"""What every command that talks to a bridge shares: the options that say which one, and one way to fail."""

from collections.abc import Callable
from functools import wraps
from inspect import Signature, signature
from pathlib import Path
from typing import Any, Concatenate, TypeVar

from msgspec import Struct

from federation.cli.bridge import NamedUrl, TokenFile, Url, bridge_url, connect
from federation.cli.console import AsJson, NoColor, Terminal
from federation.cli.failure import failing_well
from federation.client.admin import AdminApi


class BridgeSession(Struct, frozen=True):
    """Which bridge, and how somebody wants to be told."""

    terminal: Terminal
    url: str | None

    @property
    def bridge(self) -> str:
        """Its URL without a slash at its end; raises Failed unless it is one to which a token may be sent."""
        return bridge_url(self.url)


class AdminSession(BridgeSession, frozen=True):
    """With a credential for the admin API."""

    token_file: Path

    def connect(self) -> AdminApi:
        """Raises Failed, NoCredential."""
        return connect(self.url, self.token_file)


def _bridge(*, url: NamedUrl = None, as_json: AsJson = False, no_color: NoColor = False) -> BridgeSession:
    return BridgeSession(Terminal(as_json, no_color), url)


def _admin(
    *, url: Url = None, token_file: TokenFile, as_json: AsJson = False, no_color: NoColor = False
) -> AdminSession:
    return AdminSession(Terminal(as_json, no_color), url, token_file)


_Session = TypeVar("_Session", bound=BridgeSession)


def _command_with(
    opened: Callable[..., _Session],
) -> Callable[[Callable[Concatenate[_Session, ...], None]], Callable[..., None]]:
    """Decorates commands whose first argument is a session: typer sees the options of `opened` in its place."""
    shared = signature(opened).parameters

    def command_of(command: Callable[Concatenate[_Session, ...], None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 (each as its option says)
            session = opened(**{name: given.pop(name) for name in shared})
            with failing_well(session.terminal, session.url or "the bridge"):
                command(session, **given)

        _, *own = signature(command).parameters.values()
        run.__signature__ = Signature([*own, *shared.values()])  # type: ignore[attr-defined] # typer reads the options here
        return run

    return command_of


bridge_command = _command_with(_bridge)
"""A command of a BridgeSession: `--url`, `--json`, `--no-color`."""
admin_command = _command_with(_admin)
"""A command of an AdminSession: `--token-file` as well."""
