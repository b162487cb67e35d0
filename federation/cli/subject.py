"""Where the caller's own token comes from: `file:PATH`, `env:VARIABLE`, `github`, `device`, `-`, or `auto`."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer
from msgspec import Struct

from federation.cli.device import ask_person
from federation.cli.failure import USAGE, Failed
from federation.client.http import send
from federation.oauth.identifiers import TokenType

GITHUB_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
MAX_TOKEN = 64 * 1024
"""Characters that are read: more than any token has."""

Source = Annotated[
    str,
    typer.Option(
        metavar="SOURCE",
        help="Your own token: file:PATH, env:VARIABLE, github (in a GitHub Actions job), device (log in with a "
        "browser), - (stdin); auto: github there, else FEDBRIDGE_SUBJECT_TOKEN.",
    ),
]
Issuer = Annotated[str | None, typer.Option(metavar="URL", help="For device: your identity provider.")]
ClientId = Annotated[str | None, typer.Option(metavar="ID", help="For device: the client id to ask it with.")]


class Subject(Struct, frozen=True):
    """A token that proves who somebody is."""

    token: str
    type: TokenType = TokenType.JWT


class Wish(Struct, frozen=True):
    """Which token is wanted, and for whom."""

    source: str
    bridge: str
    tell: Callable[[str], None]
    """Shows a line to the person at the keyboard."""
    issuer: str | None = None
    client_id: str | None = None
    environment: Mapping[str, str] | None = None
    """None: the process's."""

    def variable(self, name: str) -> str:
        """Raises Failed where it is not set."""
        environment = os.environ if self.environment is None else self.environment
        if not environment.get(name):
            raise Failed(f"the variable {name} is not set")
        return environment[name]

    def has(self, name: str) -> bool:
        """Whether the variable is set."""
        return bool((os.environ if self.environment is None else self.environment).get(name))


def subject_token(wish: Wish) -> Subject:
    """The caller's own token; raises Failed, OSError."""
    kind, _, place = resolved(wish).partition(":")
    if kind not in _SOURCES or bool(place) is not (kind in ("file", "env")):
        known = "file:PATH, env:VARIABLE, github, device, - or auto"
        raise Failed(f"{wish.source} is no source of tokens", f"take {known}", code=USAGE)
    return _SOURCES[kind](wish, place)


def read_token_file(path: Path) -> str:
    """The token in a file, `-` being stdin; raises Failed, OSError."""
    try:
        text = sys.stdin.read(MAX_TOKEN) if str(path) == "-" else path.read_text("ascii")
    except UnicodeDecodeError:
        text = ""
    return _token(text, "stdin" if str(path) == "-" else str(path))


def resolved(wish: Wish) -> str:
    """The source that `auto` stands for here, and any other as it is; raises Failed where there is none."""
    if wish.source != "auto":
        return wish.source
    if wish.has(GITHUB_URL):
        return "github"
    if wish.has("FEDBRIDGE_SUBJECT_TOKEN"):
        return "env:FEDBRIDGE_SUBJECT_TOKEN"
    raise Failed("there is no token of your own to be found here", "say where it is: --source file:PATH", code=USAGE)


def _file(_wish: Wish, place: str) -> Subject:
    return Subject(read_token_file(Path(place)))


def _env(wish: Wish, place: str) -> Subject:
    return Subject(_token(wish.variable(place), f"the variable {place}"))


def _stdin(_wish: Wish, _place: str) -> Subject:
    return Subject(read_token_file(Path("-")))


def _device(wish: Wish, _place: str) -> Subject:
    if not wish.issuer or not wish.client_id:
        raise Failed("device needs --issuer and --client-id", "ask your identity provider's admin", code=USAGE)
    return Subject(ask_person(wish.issuer, wish.client_id, wish.tell), TokenType.ID_TOKEN)


def _github(wish: Wish, _place: str) -> Subject:
    """As GitHub documents it for a job with `permissions: id-token: write`."""
    if not wish.has(GITHUB_URL) or not wish.has(GITHUB_TOKEN):
        raise Failed("this is no GitHub Actions job that may ask for a token", "permissions: {id-token: write}")
    url = wish.variable(GITHUB_URL)
    url = f"{url}{'&' if '?' in url else '?'}{urlencode({'audience': wish.bridge})}"
    answer = send(url, "GET", headers={"authorization": f"Bearer {wish.variable(GITHUB_TOKEN)}"})
    try:
        return Subject(_token(str(answer.members["value"]), "GitHub"))
    except (KeyError, TypeError, ValueError):
        raise Failed(f"GitHub gives no token: HTTP {answer.status}") from None


_SOURCES: Mapping[str, Callable[[Wish, str], Subject]] = {
    "file": _file,
    "env": _env,
    "github": _github,
    "device": _device,
    "-": _stdin,
}


def _token(text: str, where: str) -> str:
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Failed(f"there is no token in {where}")
    return token
