"""What every command that talks to a bridge shares: which bridge, its lists by page, one way to fail."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from inspect import Signature, signature
from pathlib import Path
from typing import Any, Concatenate, TypeVar

from msgspec import Struct

from federation.cli.bridge import NamedUrl, TokenFile, Url, bridge_url, connect
from federation.cli.console import AsJson, NoColor, Terminal
from federation.cli.failure import USAGE, Failed, failing_well
from federation.client.admin import AdminApi
from federation.documents.registry import REGISTRY

PAGE = 200
"""Items: the most that the bridge gives at once."""

KINDS: Mapping[str, str] = {kind.value: row.plural for kind, row in REGISTRY.items()}
"""Kind -> segment of a path."""


def path_of(kind: str, id_: str) -> str:
    """`plural/id` of a document, by any spelling of its kind; raises Failed."""
    wanted = kind.lower()
    plural = next((plural for one, plural in KINDS.items() if wanted in (one.lower(), plural)), None)
    if plural is None:
        raise Failed(f"{kind} is no kind of document", f"take one of {', '.join(KINDS)}", code=USAGE)
    if not id_.replace("-", "").replace("_", "").replace(".", "").isalnum() or not id_.isascii() or ".." in id_:
        raise Failed(f"{id_} is no id", "letters, digits, dots, dashes and underscores", code=USAGE)
    return f"{plural}/{id_}"


def every(
    api: AdminApi, path: str, limit: int | None = None, asked: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """All items of a list, or the first `limit`, page after page; raises AdminRefused, OSError."""
    query, given = {**(asked or {}), "limit": str(min(limit or PAGE, PAGE))}, 0
    while True:
        page = api.get(path, query).members
        for item in page["items"]:
            yield item
            given += 1
            if given == limit:
                return
        if not page.get("next"):
            return
        query["cursor"] = str(page["next"])


class BridgeSession(Struct, frozen=True):
    """Which bridge, and how the user wants to be told."""

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
