"""`fedbridge console`: a browser on the admin API, served on loopback."""

import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path
from typing import Annotated, Final

import typer

from federation.cli.bridge import bridge_url
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command
from federation.client.admin import AdminApi
from federation.client.credential import NoCredential, read_credential
from federation.console.server import PortTaken, serve, stand
from federation.console.trouble import NotConnected

EXAMPLE = "Example: fedbridge console --url https://federation.example.com"

Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="Port on 127.0.0.1; 0 picks a free one.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the link and open nothing.")]


@admin_command
def console(session: AdminSession, *, port: Port = 0, no_browser: NoBrowser = False) -> None:
    """Serve the console on 127.0.0.1 and open it. It asks the bridge with your login, which no page ever sees.

    Prints `open LINK`, which opens once; Enter prints another. Ctrl-C ends it.

    Exits 0 when it is ended, 1 if the port cannot be had, 2 if it is not clear which bridge.
    """
    try:
        standing = stand(port, _known_bridge(session), _connecting(session))
    except PortTaken as error:
        raise Failed(str(error), "take --port 0 for a free one") from None
    link = standing.link()
    _tell(session, standing.url, link)
    _print_more_links(lambda: _tell(session, standing.url, standing.link()))
    with _opened(link, wanted=not no_browser):
        serve(standing)


def _known_bridge(session: AdminSession) -> str:
    """Raises Failed where nothing says which; a login may still be missing, and come later."""
    if session.url:
        return bridge_url(session.url)
    try:
        return bridge_url(read_credential(session.token_file).bridge)
    except NoCredential as error:
        raise Failed(
            str(error), "log in, or name the bridge: --url https://federation.example.com", code=USAGE
        ) from None


def _connecting(session: AdminSession) -> Callable[[], AdminApi]:
    """The credential is read each time: a new login holds from the next page on."""

    def connected() -> AdminApi:
        try:
            return session.connect()
        except NoCredential as error:
            raise NotConnected(str(error)) from None
        except Failed as failed:
            raise NotConnected(failed.problem.message, failed.problem.next) from None

    return connected


def _tell(session: AdminSession, own: str, link: str) -> None:
    session.terminal.answer({"ready": own, "open": link})
    session.terminal.say(f"open {link}")
    sys.stdout.flush()


def _print_more_links(tell: Callable[[], None]) -> None:
    """Enter at the terminal prints a fresh link: the one before it opens nothing any more."""
    if sys.stdin is not None and sys.stdin.isatty():
        threading.Thread(target=_at_each_line, args=(tell,), daemon=True).start()


def _at_each_line(tell: Callable[[], None]) -> None:
    for _ in sys.stdin:
        tell()


_PAGE: Final = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}">'


@contextmanager
def _opened(link: str, *, wanted: bool) -> Iterator[None]:
    """By a file that only its owner reads: arguments of a process can be read by every user of this machine."""
    if not wanted:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="fedbridge-") as folder:  # 0700
        file = Path(folder) / "open.html"
        file.write_text(_PAGE.format(escape(link)), "utf-8")
        threading.Thread(target=_open, args=(file.as_uri(),), daemon=True).start()
        yield


def _open(url: str) -> None:
    """A browser in the terminal would not return before it is ended."""
    with suppress(webbrowser.Error):
        webbrowser.open(url)
