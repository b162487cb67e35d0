"""What a view is made of: its pages, what login each needs, and what a handler is given."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from http import HTTPStatus
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct, field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from federation.client.admin import AdminApi
from federation.console.rendering import Rendering
from federation.console.trouble import Unclear


class Login(Enum):
    """Who may ask for a page."""

    SESSION = "a session"
    LINK = "the one-time link"


class Visit(Struct, frozen=True):
    """One request for one page."""

    path: str
    variables: Mapping[str, str]
    """Of the page's path."""
    query: Mapping[str, str]
    """What the URL says, the last of several."""
    body: bytes
    connect: Callable[[], AdminApi]
    rendering: Rendering
    session: str = ""
    """The cookie, where there is one."""
    method: str = "GET"

    @property
    def api(self) -> AdminApi:
        """The admin API, with the login as it is now; raises NotConnected."""
        return self.connect()

    @property
    def form(self) -> Mapping[str, str]:
        """Fields of the form that was sent, the last of several; raises Unclear."""
        return dict(self.fields)

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """The same, in their order, each as often as it was sent."""
        try:
            return parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=5000)
        except ValueError:
            raise Unclear("The form cannot be read") from None

    def asked(self, name: str) -> str:
        """A filter of the URL, empty where it says nothing."""
        return self.query.get(name, "").strip()

    def page(self, template: str, *, status: int = HTTPStatus.OK, **shown: Any) -> Response:  # noqa: ANN401 (for the template)
        """A whole page, or a part of one, by its template. All text is escaped."""
        text = self.rendering.render(template, {"visit": self, **shown})
        return HTMLResponse(text, status)

    def url(self, **changed: str | None) -> str:
        """This page with other filters; None leaves one out."""
        query = {**self.query, **changed}
        kept = {name: value for name, value in query.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def go(self, path: str, **query: str) -> Response:
        """To another page of ours, after something was done; `path` begins with one slash."""
        if not path.startswith("/") or path.startswith(("//", "/\\")):
            raise Unclear("That is no page of this console")
        return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, HTTPStatus.SEE_OTHER)


Handle: TypeAlias = Callable[[Visit], Response]
"""Runs in a thread. Raises AdminRefused, OSError, NotConnected, Unclear."""
Fragment: TypeAlias = Callable[[Visit], str]
"""HTML of a live part, made by a template; raises the same."""


class Page(Struct, frozen=True):
    """A route."""

    method: Literal["GET", "POST"]
    path: str
    """As `/trust/{kind}/{id}`; a variable stands for one segment."""
    handle: Handle
    login: Login | None = None
    """None: the console does not start (`application.py`)."""
    part: bool = False
    """Whether it answers a part of a page: then so does its error."""


class Live(Struct, frozen=True):
    """A part of a page that arrives by itself (EventSource): `<div data-live="PATH">`."""

    path: str
    fragment: Fragment
    login: Login | None = None
    every: float = 2.0
    """Seconds between two looks, while the page is seen: a hidden one asks nothing."""


class View(Struct, frozen=True):
    """A tab of the console."""

    name: str
    path: str
    key: str
    """After `g`, the key that leads there."""
    pages: Sequence[Page]
    live: Sequence[Live] = field(default_factory=tuple)
    summary: str = ""
