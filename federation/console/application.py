"""The console as one ASGI application: routes that have each said what login they need, behind one guard."""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Final

from msgspec import Struct
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from federation.client.admin import AdminApi
from federation.console.door import SESSION_LIFE, Door
from federation.console.guard import ENTER, Guard, Heads, cookie_name, cookies
from federation.console.live import stream
from federation.console.numbers import whole
from federation.console.page import Live, Login, Page, View, Visit
from federation.console.plain import plain_page
from federation.console.rendering import HERE, Rendering
from federation.console.trouble import Trouble, fault, trouble_of

LOG: Final = logging.getLogger("federation.console")
MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes: as much as the bridge takes."""
STATIC: Final = "/static"


class Undeclared(Exception):
    """A route does not say what login it needs, so nothing is served."""


class Console(Struct, frozen=True):
    """What the console is made of."""

    views: Sequence[View]
    connect: Callable[[], AdminApi]
    """The admin API with the login as it is now; raises NotConnected."""
    bridge: str
    """Its URL."""
    port: int
    door: Door

    def application(self) -> ASGIApp:
        """Raises Undeclared."""
        rendering = Rendering.of(views=self.views, bridge=self.bridge)
        routes = [*self._own(rendering), *(route for view in self.views for route in self._routes(view, rendering))]
        static = StaticFiles(directory=HERE / "static")
        app = Starlette(routes=routes, exception_handlers={HTTPException: _NotThere(self, rendering).answer})
        app.mount(STATIC, static)
        return Guard(_Bounded(app), self.door, self.port)

    def visit(self, request: Request, rendering: Rendering, body: bytes = b"") -> Visit:
        """What a handler is given."""
        sessions = cookies(Heads.of(request.scope), cookie_name(self.port))
        session = next((one for one in sessions if self.door.knows(one)), "")
        query, variables = dict(request.query_params), {name: str(one) for name, one in request.path_params.items()}
        return Visit(request.url.path, variables, query, body, self.connect, rendering, session, request.method)

    def told(self, visit: Visit, error: Exception, *, part: bool = False) -> Response:
        """The error as a page, or a part of one."""
        trouble = self.trouble(error)
        return visit.page(_template(part=part), status=trouble.status, trouble=trouble)

    def trouble(self, error: Exception) -> Trouble:
        """What to say; a fault of our own is logged under an id, and nothing of it is shown."""
        known = trouble_of(error, self.bridge)
        if known is not None:
            return known
        correlation_id = secrets.token_hex(8)
        LOG.error("console failed, id %s", correlation_id, exc_info=error)
        return fault(correlation_id)

    def _own(self, rendering: Rendering) -> Iterator[Route]:
        yield from (
            _route(self, rendering, page)
            for page in (
                Page("GET", ENTER, self._enter, Login.LINK),
                Page("GET", "/", lambda visit: visit.go(self.views[0].path), Login.SESSION),
                Page("GET", "/keys-of-the-console", lambda visit: visit.page("keyboard.html"), Login.SESSION),
                Page("POST", "/leave", self._leave, Login.SESSION),
            )
        )

    def _enter(self, visit: Visit) -> Response:
        """The link is spent, and leaves the address bar and the history."""
        session = self.door.enter(visit.query.get("key", "")) if visit.method == "GET" else None
        if session is None:
            raise HTTPException(HTTPStatus.GONE)
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(
            cookie_name(self.port), session, max_age=int(SESSION_LIFE), path="/", httponly=True, samesite="strict"
        )
        return answer

    def _leave(self, visit: Visit) -> Response:
        self.door.leave(visit.session)
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    def _routes(self, view: View, rendering: Rendering) -> Iterator[Route]:
        yield from (_route(self, rendering, page) for page in view.pages)
        yield from (_live_route(self, rendering, live) for live in view.live)


def _template(*, part: bool) -> str:
    return "trouble_part.html" if part else "trouble.html"


def _check(declared: Page | Live) -> None:
    path, login = declared.path, declared.login
    if not isinstance(login, Login):
        raise Undeclared(f"{path} does not say what login it needs")
    if (login is Login.LINK) != (path == ENTER):
        raise Undeclared(f"{path}: the one-time link alone needs no session")


def _route(console: Console, rendering: Rendering, page: Page) -> Route:
    _check(page)

    async def answer(request: Request) -> Response:
        visit = console.visit(request, rendering, await request.body())
        return await run_in_threadpool(_answered, console, page, visit)

    return Route(page.path, answer, methods=[page.method])


def _answered(console: Console, page: Page, visit: Visit) -> Response:
    try:
        return page.handle(visit)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 (the page says it; what is unknown is logged)
        return console.told(visit, error, part=page.part)


def _live_route(console: Console, rendering: Rendering, live: Live) -> Route:
    _check(live)

    async def answer(request: Request) -> Response:
        visit = console.visit(request, rendering)
        return stream(lambda: _looked(console, live, visit), live.every)

    return Route(live.path, answer, methods=["GET"])


def _looked(console: Console, live: Live, visit: Visit) -> str:
    try:
        return live.fragment(visit)
    except Exception as error:  # noqa: BLE001 (the same)
        return visit.rendering.render(_template(part=True), {"visit": visit, "trouble": console.trouble(error)})


class _NotThere(Struct, frozen=True):
    """Pages that are not there, and links that were spent."""

    console: Console
    rendering: Rendering

    async def answer(self, request: Request, error: Exception) -> Response:
        """The page of an HTTPException."""
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        if request.url.path == ENTER:
            return Response(_SPENT, status, media_type="text/html")
        visit = self.console.visit(request, self.rendering)
        trouble = Trouble("There is no such page", "Take one of the tabs above.", status)
        return visit.page("trouble.html", status=status, trouble=trouble)


class _Bounded:
    """Bodies of a known, bearable size."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too long before it is read."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            length = whole(Heads.of(scope).only("content-length") or "")
            if length is None or length > MAX_BODY:
                await Response(_LONG, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, media_type="text/html")(scope, receive, send)
                return
        await self._app(scope, receive, send)


_LONG = plain_page("That is too much at once", "Send at most 4 MiB. Nothing was done.")
_SPENT = plain_page(
    "This link opens nothing any more",
    "It was opened before, or is older than ten minutes. Press Enter in the terminal where fedbridge console runs.",
)
