"""The console in process, on a fake bridge, and a browser's side of it: headers as browsers send them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.testclient import TestClient

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.console.application import Console
from federation.console.door import Door
from federation.console.guard import ENTER, cookie_name
from federation.console.page import View
from federation.console.views.table import views
from tests.support.fake_bridge import FakeBridge, fake_bridge

PORT = 4711
OWN = f"http://127.0.0.1:{PORT}"
OWN_PAGE = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser says of a link or a form in our own page."""


@dataclass
class Clock:
    """Seconds, as a test moves them."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class ConsoleWorld:
    """A console, and what asks it."""

    bridge: FakeBridge
    clock: Clock
    door: Door
    console: Console
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(self.console.application(), base_url=OWN, follow_redirects=False)

    @property
    def link(self) -> str:
        """A fresh one."""
        return f"{ENTER}?key={self.door.new_link()}"

    def sign_in(self) -> "ConsoleWorld":
        assert self.client.get(self.link).status_code == 303
        return self

    @property
    def session(self) -> str:
        return self.client.cookies[cookie_name(PORT)]


@contextmanager
def console_world(shown: Sequence[View] | None = None) -> Iterator[ConsoleWorld]:
    """On a fake bridge, with all views unless `shown` says otherwise."""
    clock = Clock()
    door = Door(clock)
    with fake_bridge() as bridge:
        api = AdminApi(bridge.url, Credential("a.b.c"))
        made = Console(views() if shown is None else shown, lambda: api, bridge.url, PORT, door)
        yield ConsoleWorld(bridge, clock, door, made)
