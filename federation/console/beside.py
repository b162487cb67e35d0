"""The console beside a bridge of this process, as `fedbridge serve --console` has it: in a thread of its own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

from msgspec import Struct

from federation.client.admin import AdminApi
from federation.client.credential import NoCredential, read_credential
from federation.console.application import Console
from federation.console.door import Door
from federation.console.guard import ENTER
from federation.console.server import LOOPBACK, listen, server_of
from federation.console.trouble import NotConnected
from federation.console.views.table import views


class Beside(Struct, frozen=True):
    """A console that runs."""

    url: str
    door: Door

    def link(self) -> str:
        """A fresh one, which opens once; the one before it opens nothing any more."""
        return f"{self.url}{ENTER}?key={self.door.new_link()}"


@contextmanager
def beside(bridge: str, credential: Path) -> Iterator[Beside]:
    """On a free port of loopback. `credential`: the file of the admin's token, read for each page."""

    def connect() -> AdminApi:
        try:
            return AdminApi(bridge, read_credential(credential))
        except NoCredential as error:
            raise NotConnected(str(error)) from None

    with closing(listen(0)) as listener:
        port, door = listener.getsockname()[1], Door()
        server = server_of(Console(views(), connect, lambda: bridge, port, door).application())
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Beside(f"http://{LOOPBACK}:{port}", door)
        finally:
            server.should_exit = True
            thread.join()
