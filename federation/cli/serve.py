"""`fedbridge serve`: the whole bridge on a laptop, until it is ended."""

import json
import logging
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console

from federation.cli.console import AsJson, NoColor, Terminal
from federation.cli.problems import end_invalid, print_problems
from federation.documents.source import InvalidDocuments
from federation.later import module_later
from federation.local.admin_token import NoAdminToken
from federation.local.bridge import CannotStart, LocalBridge
from federation.local.mtls.serving import mutual_tls
from federation.local.server import PortTaken
from federation.local.serving import ServeOptions, serving
from federation.model.trust import DocumentVersion

if TYPE_CHECKING:
    from federation.console import beside as console_beside
else:
    console_beside = module_later("federation.console.beside")

EXAMPLE = "Example: fedbridge serve --port 0 --trust examples/trust --demo-tokens demo-tokens"
PORT = 8080
_ISSUER_URL = re.compile(r"https://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")

Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="Port on 127.0.0.1; 0 picks a free one.")]
Trust = Annotated[
    Path | None,
    typer.Option(metavar="DIR", exists=True, readable=True, help="Trust documents to write before serving."),
]
WithConsole = Annotated[
    bool,
    typer.Option(
        "--console",
        help="Serve the console too, with the token of --admin-token-file; prints `console LINK`, once good.",
    ),
]
AdminTokenFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write an admin token for this bridge there; renewed while it runs."),
]
DemoTokens = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Put the issuers of --trust on loopback, and write a token of each demo workload there, to try; each is "
        "renewed while the bridge runs.",
    ),
]

ConfirmDangerous = Annotated[
    bool,
    typer.Option("--confirm-dangerous", help="Be the second admin too: let documents that say dangerous: true hold."),
]


MutualTls = Annotated[
    bool,
    typer.Option("--mtls", help="Answer over mutual TLS too, on another port; prints `mtls https://127.0.0.1:PORT`."),
]
MutualTlsAuthority = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write what clients of --mtls must trust there (curl --cacert FILE)."),
]
IssuerUrl = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="The bridge's name, where a TLS proxy of yours stands before it: https://HOST[:PORT], for clients that "
        "insist on https. Default: where it listens.",
    ),
]
Log = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Append the log there. Default: stderr; if that is a terminal, a temporary file, named."
    ),
]


def serve(  # noqa: PLR0913 (each is an option of the command)
    *,
    port: Port = PORT,
    trust: Trust = None,
    admin_token_file: AdminTokenFile = None,
    console: WithConsole = False,
    demo_tokens: DemoTokens = None,
    confirm_dangerous: ConfirmDangerous = False,
    mtls: MutualTls = False,
    mtls_ca: MutualTlsAuthority = None,
    issuer_url: IssuerUrl = "",
    log: Log = None,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Run the whole bridge on 127.0.0.1: the real functions, on AWS embedded in this process.

    Prints `ready http://127.0.0.1:PORT` once it answers, with --json {"ready": "http://127.0.0.1:PORT"} as one line;
    then, for people, what to try. Its page at / says the same. The log has a place of its own; Ctrl-C ends it.

    With AWS_ENDPOINT_URL_DYNAMODB set, trust lives on in that DynamoDB from run to run.
    """
    terminal = Terminal(as_json, no_color)
    with_mtls = mtls or mtls_ca is not None
    _check_issuer_url(terminal, issuer_url)
    if console:
        _check_console(terminal, admin_token_file)
    options = ServeOptions(
        port, trust, admin_token_file, demo_tokens, confirm_dangerous, with_mtls, issuer_url, _program()
    )
    with _failing_plainly(terminal), _interruption() as ended, ExitStack() as more:
        lines = more.enter_context(_opened(log))
        more.enter_context(_logging_to(lines))
        bridge = more.enter_context(serving(options, lines))
        urls = {"ready": bridge.url, **({"issuer": issuer_url} if issuer_url else {})}
        if with_mtls:
            urls["mtls"] = more.enter_context(mutual_tls(bridge, mtls_ca))
        if console and admin_token_file is not None:
            urls["console"] = more.enter_context(console_beside.beside(bridge.url, admin_token_file)).link()
        _ready(urls, as_json=as_json)
        _warn(terminal.asides, bridge.pending)
        _explain(terminal, options, bridge, lines)
        ended.wait()


def _program() -> str:
    """How this shell calls us; the entry point of another program is none."""
    called = Path(sys.argv[0])
    return str(called.absolute()) if called.name == "fedbridge" and called.is_file() else "fedbridge"


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Where the log goes: words for people stay readable on a terminal."""
    if file is not None:
        with file.open("a", buffering=1, encoding="utf-8") as lines:
            yield lines
    elif sys.stderr.isatty():
        descriptor, name = mkstemp(prefix="fedbridge-serve-", suffix=".log")
        os.close(descriptor)
        with Path(name).open("w", buffering=1, encoding="utf-8") as lines:
            yield lines
    else:
        yield sys.stderr


def _check_issuer_url(terminal: Terminal, url: str) -> None:
    if url and not _ISSUER_URL.fullmatch(url):
        _fail(terminal, "--issuer-url is https://HOST or https://HOST:PORT, without path: the proxy's own URL")


def _check_console(terminal: Terminal, admin_token_file: Path | None) -> None:
    if admin_token_file is None:
        _fail(terminal, "--console asks with the token of --admin-token-file: name that file, too")
    if find_spec("starlette") is None or find_spec("jinja2") is None:
        _fail(terminal, "--console needs more: pip install 'federation-bridge[console]'")


def _ready(urls: Mapping[str, str], *, as_json: bool) -> None:
    """For a program that waits for it: lines on stdout, and nothing else ever."""
    lines = [json.dumps(urls)] if as_json else [f"{name} {url}" for name, url in urls.items()]
    print("\n".join(lines), flush=True)


@contextmanager
def _failing_plainly(terminal: Terminal) -> Iterator[None]:
    """A sentence instead of a traceback, and exit code 1."""
    try:
        yield
    except InvalidDocuments as error:
        if terminal.as_json:
            end_invalid(terminal, error)
        print_problems(terminal.asides, error.problems)
        _fail(terminal, "Nothing was stored or served.")
    except PortTaken as error:
        _fail(terminal, f"Port {error.port} cannot be had; take --port 0 for a free one, or --port with another.")
    except (CannotStart, NoAdminToken, OSError) as error:
        _fail(terminal, str(error))


def _explain(terminal: Terminal, options: ServeOptions, bridge: LocalBridge, log: TextIO) -> None:
    """For the person at the keyboard; a program reads the lines of `_ready` and no more."""
    for token in bridge.to_try:
        terminal.say(f"{token.title}, for {token.audience}{', once each' if token.once else ''}:", "bold")
        terminal.say(f"  FEDBRIDGE_URL={bridge.url} {token.command}")
    if bridge.to_try:
        terminal.say("These tokens are renewed as long as this runs.")
    if options.admin_token_file:
        terminal.say(f"to be its admin: {_exports(bridge.url, options.admin_token_file)}")
        terminal.say("in a browser: the link of console above, or fedbridge console for another one")
    if log is not sys.stderr:
        terminal.say(f"log: {log.name}")
    if sys.stdout.isatty():
        terminal.say(f"where to begin: {bridge.url}/")
        terminal.say("Ctrl-C ends it")


def _exports(url: str, admin_token_file: Path) -> str:
    return f"export FEDBRIDGE_URL={url} FEDBRIDGE_TOKEN_FILE={shlex.quote(str(admin_token_file.resolve()))}"


def _warn(console: Console, pending: Iterable[DocumentVersion]) -> None:
    for (kind, id_), version in pending:
        what = f"pending: {kind} {id_} version {version} is dangerous, so it has no effect yet"
        how = "read it again and, if all that it names are meant, start with --confirm-dangerous"
        console.print(f"{what}; {how}", style="yellow", markup=False, soft_wrap=True)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Set by Ctrl-C or SIGTERM, however early."""
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _logging_to(lines: TextIO) -> Iterator[None]:
    """A line for every request, beside what the functions log themselves."""
    log, handler = logging.getLogger("federation"), logging.StreamHandler(lines)
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


def _fail(terminal: Terminal, message: str) -> None:
    terminal.answer({"error": {"message": message}})
    terminal.note(message, "red")
    raise typer.Exit(1)
