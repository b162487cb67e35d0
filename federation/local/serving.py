"""What `fedbridge serve` runs: the bridge, and on request an admin token and identity providers to try it with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from federation.documents.source import SourceDocument
from federation.documents.validate import ValidatedSet, validate
from federation.documents.yaml_source import Sources, read_sources
from federation.local.admin_token import SEEDED, admin_documents, request_admin_token, write_secret
from federation.local.bridge import LocalBridge
from federation.local.demo.stage import open_providers, write_tokens
from federation.local.issuers.loopback import generate_key
from federation.local.server import listen


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


@contextmanager
def serving(options: ServeOptions) -> Iterator[LocalBridge]:
    """The bridge, accepting connections; every file that was asked for is written.

    Raises InvalidDocuments before anything is stored or served; PortTaken, CannotStart, NoAdminToken, OSError.
    """
    sources = read_sources(options.trust) if options.trust else Sources((), ())
    if options.demo_tokens is None:
        with _bridge(options, sources, sources.documents) as bridge:
            yield bridge
        return
    with open_providers(sources.documents) as providers, _bridge(options, sources, providers.sources) as bridge:
        write_tokens(providers, bridge.issuer, options.demo_tokens)
        yield bridge


@contextmanager
def _bridge(options: ServeOptions, read: Sources, documents: Sequence[SourceDocument]) -> Iterator[LocalBridge]:
    if options.admin_token_file is None:
        with _started(options, validate(documents, loopback=True, unreadable=read.problems)) as bridge:
            yield bridge
        return
    key = generate_key("fedbridge-serve", "ES256")
    trust = validate([*documents, *admin_documents(key, documents)], loopback=True, unreadable=read.problems)
    with _started(options, trust) as bridge:
        try:
            write_secret(options.admin_token_file, request_admin_token(bridge.url, key, bridge.issuer))
            yield bridge
        finally:
            bridge.forget(SEEDED)


def _started(options: ServeOptions, trust: ValidatedSet) -> LocalBridge:
    mtls_port = _free_port() if options.mtls else 0
    return LocalBridge(
        trust,
        port=options.port,
        mtls_port=mtls_port,
        confirm_dangerous=options.confirm_dangerous,
        issuer_url=options.issuer_url,
    )


def _free_port() -> int:
    """What is published names it before anything listens there."""
    with listen(0) as listener:
        return int(listener.getsockname()[1])
