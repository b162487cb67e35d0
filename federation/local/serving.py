"""What `fedbridge serve` runs: the bridge, and on request an admin token and identity providers to try it with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from federation.documents.source import SourceDocument
from federation.documents.validate import ValidatedSet, validate
from federation.documents.yaml_source import Sources, read_sources
from federation.local.admin_token import LIFETIME, SEEDED, admin_documents, request_admin_token, write_secret
from federation.local.begin import ToTry
from federation.local.bridge import LocalBridge
from federation.local.demo.stage import open_providers, write_tokens
from federation.local.demo.to_try import to_try
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.schedule import Schedule
from federation.local.server import listen

TOKEN_SECONDS = 15.0
"""Between two renewals of the tokens to try: some are accepted once."""
ADMIN_TOKEN_SECONDS = LIFETIME / 3
"""Between two renewals of the admin token: who reads it has forty minutes at least."""


class ServeOptions(Struct, frozen=True):
    """What the person who serves asked for."""

    port: int = 0
    trust: Path | None = None
    admin_token_file: Path | None = None
    demo_tokens: Path | None = None
    confirm_dangerous: bool = False
    mtls: bool = False
    """Whether `mutual_tls` will follow."""
    issuer_url: str = ""
    """Under which it is reached through a proxy; empty: where it listens."""
    program: str = "fedbridge"
    """How the person's shell calls this command line."""
    token_seconds: float = TOKEN_SECONDS
    admin_token_seconds: float = ADMIN_TOKEN_SECONDS


@contextmanager
def serving(options: ServeOptions, log: TextIO | None = None) -> Iterator[LocalBridge]:
    """The bridge, accepting connections; every file that was asked for is written, and renewed while it runs.

    `log`: where the functions' log goes instead of stderr.
    Raises InvalidDocuments before anything is stored or served; PortTaken, CannotStart, NoAdminToken, OSError.
    """
    sources = read_sources(options.trust) if options.trust else Sources((), ())
    folder = options.demo_tokens
    if folder is None:
        with _bridge(options, sources, sources.documents, Surroundings(log)) as bridge:
            yield bridge
        return
    with open_providers(sources.documents) as providers:
        tokens = to_try(providers, folder.resolve(), options.program)
        with _bridge(options, sources, providers.sources, Surroundings(log, tokens)) as bridge:

            def renew() -> None:
                write_tokens(providers, bridge.issuer, folder)

            renew()
            with Schedule("tokens to try", renew, options.token_seconds, at_once=False):
                yield bridge


class Surroundings(Struct, frozen=True):
    """What the bridge is told of them."""

    log: TextIO | None
    tokens: Sequence[ToTry] = ()


@contextmanager
def _bridge(
    options: ServeOptions, read: Sources, documents: Sequence[SourceDocument], around: Surroundings
) -> Iterator[LocalBridge]:
    file = options.admin_token_file
    if file is None:
        with _started(options, validate(documents, loopback=True, unreadable=read.problems), around) as bridge:
            yield bridge
        return
    key = generate_key("fedbridge-serve", "ES256")
    trust = validate([*documents, *admin_documents(key, documents)], loopback=True, unreadable=read.problems)
    with _started(options, trust, around) as bridge:
        try:
            with _admin_token(bridge, key, file, options.admin_token_seconds):
                yield bridge
        finally:
            bridge.forget(SEEDED)


@contextmanager
def _admin_token(bridge: LocalBridge, key: IssuerKey, file: Path, seconds: float) -> Iterator[None]:
    def renew() -> None:
        write_secret(file, request_admin_token(bridge.url, key, bridge.issuer))

    renew()
    with Schedule("admin token", renew, seconds, at_once=False):
        yield


def _started(options: ServeOptions, trust: ValidatedSet, around: Surroundings) -> LocalBridge:
    return LocalBridge(
        trust,
        port=options.port,
        mtls_port=_free_port() if options.mtls else 0,
        log=around.log,
        confirm_dangerous=options.confirm_dangerous,
        issuer_url=options.issuer_url,
        to_try=around.tokens,
        admin_token_file=options.admin_token_file,
    )


def _free_port() -> int:
    """What is published names it before anything listens there."""
    with listen(0) as listener:
        return int(listener.getsockname()[1])
