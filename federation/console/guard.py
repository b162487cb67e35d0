"""What stands before every route, over HTTP and websocket alike: our own name, our own pages, a session (ATTACKS S)."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.console.door import Door
from federation.console.plain import OPENING, plain_page

ENTER: Final = "/enter"
"""The path of the one-time link: the only one that needs no session."""
SAFE: Final = frozenset({"GET", "HEAD"})
METHODS: Final = SAFE | {"POST"}

HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of every answer, refusals included."""


class Refusal(Struct, frozen=True):
    """Why a request goes no further. `heading`, `text`: for the person at the browser."""

    status: HTTPStatus
    heading: str
    text: str


_FOREIGN_NAME = Refusal(
    HTTPStatus.MISDIRECTED_REQUEST,
    "This is not the console's address",
    "Open the address that fedbridge console printed.",
)
_FOREIGN_PAGE = Refusal(
    HTTPStatus.FORBIDDEN, "Another site's page asked for this", "Nothing was done. Do it in the console's own page."
)
_AHEAD = Refusal(HTTPStatus.GONE, "The browser looked ahead", "Open the link: it is not spent.")
_METHOD = Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "The console has no such method", "Go back.")
_NO_SESSION = Refusal(
    HTTPStatus.FORBIDDEN,
    "You are not signed in to this console",
    "Press Enter in the terminal where fedbridge console runs: it prints a fresh link. Each link opens once.",
)


class Guard:
    """Plain ASGI around the whole application, so that no route can be forgotten."""

    def __init__(self, app: ASGIApp, door: Door, port: int) -> None:
        self._app = app
        self._door = door
        self._cookie = cookie_name(port)
        self._hosts = own_hosts(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or refuse it; every answer bears our headers."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        heads = Heads.of(scope)
        refusal = self._foreign(scope, heads)
        if refusal is None and scope["path"] != ENTER and not self._has_session(heads):
            if _is_from_elsewhere(scope, heads):
                await _answer(scope, send, HTTPStatus.OK, OPENING)
                return
            refusal = _NO_SESSION
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
            return
        await _answer(scope, send, refusal.status, plain_page(refusal.heading, refusal.text))

    def _foreign(self, scope: Scope, heads: "Heads") -> Refusal | None:
        """A name that resolves to us is not ours (DNS rebinding); a page of another origin asks for nothing."""
        host = heads.only("host")
        if host is None or host.lower() not in self._hosts:
            return _FOREIGN_NAME
        if scope["type"] == "http" and scope["method"] not in METHODS:
            return _METHOD
        if "sec-purpose" in heads.values and scope["path"] == ENTER:
            return _AHEAD
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE
        own = heads.is_of_own_page(f"http://{host.lower()}") if unsafe else heads.may_be_read
        return None if own else _FOREIGN_PAGE

    def _has_session(self, heads: "Heads") -> bool:
        return any(self._door.knows(value) for value in cookies(heads, self._cookie))


class Heads(Struct, frozen=True):
    """Request headers by name, each as often as it was sent."""

    values: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, scope: Scope) -> "Heads":
        """As they were sent."""
        found: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
        return cls(found)

    def only(self, name: str) -> str | None:
        """The value, if the header was sent exactly once."""
        values = self.values.get(name, ())
        return values[0] if len(values) == 1 else None

    @property
    def site(self) -> str | None:
        """Sec-Fetch-Site (W3C Fetch Metadata); None: the browser does not say. Twice is as bad as cross-site."""
        return self.only("sec-fetch-site") if "sec-fetch-site" in self.values else None

    def is_of_own_page(self, origin: str) -> bool:
        """Whether a page of this origin asked for what changes something.

        Under `no-referrer` a form's Origin is `null`, and Sec-Fetch-Site alone tells our page from another's.
        """
        said = self.values.get("origin", ())
        if "sec-fetch-site" in self.values:
            return self.site == "same-origin" and list(said) in ([], ["null"], [origin])
        return list(said) == [origin]

    @property
    def may_be_read(self) -> bool:
        """Whether it is our page, the person, or at most a link elsewhere that leads here: never a part of a page."""
        if "sec-fetch-site" not in self.values or self.site in ("same-origin", "none"):
            return True
        return self.only("sec-fetch-mode") == "navigate" and self.only("sec-fetch-dest") == "document"


def _is_from_elsewhere(scope: Scope, heads: Heads) -> bool:
    """A link in another page: the browser kept the cookie back (SameSite=Strict), and sends it when our page asks."""
    return scope["type"] == "http" and scope["method"] == "GET" and heads.site in ("cross-site", "same-site")


def own_hosts(port: int) -> Collection[str]:
    """What `Host` may say."""
    names = ("127.0.0.1", "localhost")
    return frozenset({f"{name}:{port}" for name in names} | (set(names) if port == 80 else set()))  # noqa: PLR2004


def cookie_name(port: int) -> str:
    """Browsers keep cookies by host and not by port: two consoles on one machine must not share one."""
    return f"fedbridge-console-{port}"


def cookies(heads: Heads, name: str) -> list[str]:
    """Every cookie of that name: another port's page may have set one beside ours."""
    pairs = (pair.strip().partition("=") for line in heads.values.get("cookie", ()) for pair in line.split(";"))
    return [value for key, _, value in pairs if key == name]


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            kept = [pair for pair in message.get("headers", ()) if pair[0].decode("latin-1").lower() not in HEADERS]
            message = {**message, "headers": [*kept, *_encoded(HEADERS)]}
        await send(message)

    return sending


async def _answer(scope: Scope, send: Send, status: HTTPStatus, body: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    headers = {**HEADERS, "content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    await send({"type": "http.response.start", "status": int(status), "headers": _encoded(headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
