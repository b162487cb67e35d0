"""Where the caller's own token comes from: a source by its name, stdin, or the only one that is here."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from federation.cli.failure import USAGE, Failed
from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.choice import AUTO, Automatic, find_source, found_here
from federation.client.sources.reading import MAX_TOKEN, clean, read_file
from federation.client.sources.source import Source as IdentitySource
from federation.client.sources.source import Surroundings

STDIN = "-"
Source = Annotated[
    str,
    typer.Option(
        metavar="SOURCE",
        envvar="FEDBRIDGE_SOURCE",
        help="Your own identity: auto (the only one that is here), file:PATH, env:VARIABLE, command:PROGRAM, "
        "mtls:CERT,KEY, github, gitlab, circleci, buildkite, bitbucket, terraform, azure-pipelines, vercel, forgejo, "
        "google, azure, aws, kubernetes, spiffe, device (log in with a browser), - (stdin).",
    ),
]
Issuer = Annotated[str | None, typer.Option(metavar="URL", help="For device: your identity provider.")]
ClientId = Annotated[str | None, typer.Option(metavar="ID", help="For device: the client id to ask it with.")]


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

    @property
    def surroundings(self) -> Surroundings:
        """Where the identity is looked for."""
        environment = os.environ if self.environment is None else self.environment
        return Surroundings(environment=environment, tell=self.tell)


class Stdin(Struct, frozen=True):
    """A token that is piped in; it can be read once, so nothing is read before it is wanted."""

    name = "given"

    def subject(self, audience: str) -> Subject:  # noqa: ARG002 (it was made for whom it was made)
        """What was piped in; raises BrokenSource."""
        return Subject(read_token_file(Path(STDIN)))


def subject_token(wish: Wish) -> Subject:
    """The caller's own token; raises ClientError, Failed, OSError."""
    return source_of(wish).subject(wish.bridge)


def source_of(wish: Wish) -> IdentitySource:
    """The source that is named, or the only one that is here; raises ClientError, Failed."""
    if wish.source == STDIN:
        return Stdin()
    named = wish.source
    if named == "device":
        if not wish.issuer or not wish.client_id:
            raise Failed("device needs --issuer and --client-id", "ask your identity provider's admin", code=USAGE)
        named = f"device:{wish.issuer},{wish.client_id}"
    return find_source(named, wish.surroundings)


def resolved(wish: Wish) -> IdentitySource:
    """The same, `auto` being looked up; raises ClientError, Failed."""
    source = source_of(wish)
    return found_here(wish.surroundings) if isinstance(source, Automatic) else source


def read_token_file(path: Path) -> str:
    """The token in a file, `-` being stdin; raises BrokenSource."""
    if str(path) != STDIN:
        return read_file(path, "file")
    try:
        return clean(sys.stdin.read(MAX_TOKEN + 1), "stdin", "stdin")
    except UnicodeDecodeError:
        raise BrokenSource("stdin", "what is in stdin is no token") from None


__all__ = ["AUTO", "ClientId", "Issuer", "Source", "Subject", "Wish", "read_token_file", "resolved", "subject_token"]
