"""WSGI: a guard around any application (PEP 3333).

    app = BridgeMiddleware(app, Verifier(...), scope="risk:score:read", url="https://risk.example.com")

The claims are in `environ["federation.claims"]`.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import quote

from federation.oauth.errors import OAuthError
from federation.resource_server.gate import Gate, Request
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
App: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

CLAIMS = "federation.claims"
_AS_SENT = "/:@!$&'()*+,;=~-._"
"""Characters of a path that need no escape (RFC 3986 section 3.3)."""


class BridgeMiddleware:
    """Lets nothing through without a good token. `public`: exact paths that take none, as of a health check."""

    def __init__(  # noqa: PLR0913  (a service has that many sides)
        self,
        app: App,
        verifier: Verifier,
        *,
        scope: str | None = None,
        require: Requirement | None = None,
        url: str | None = None,
        certificate_header: str | None = None,
        public: Iterable[str] = (),
    ) -> None:
        """`scope`: that every request takes; `require`: more than a scope. `url`, `certificate_header`: see Gate."""
        self._app = app
        self._require = require or Requirement(scope)
        self._public = frozenset(public)
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        if environ.get("PATH_INFO") in self._public:
            return self._app(environ, start_response)
        request = read_request(environ, self._gate.certificate_header)
        try:
            environ[CLAIMS] = self._gate.admit(request, self._require)
        except OAuthError as refusal:
            answer = self._gate.answer(refusal, request, self._require)
            status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
            start_response(status, [(name.title(), value) for name, value in answer.headers.items()])
            return [answer.body]
        return self._app(environ, start_response)


def read_request(environ: Environ, certificate_header: str = "") -> Request:
    """What the gate looks at.

    A server joins a header that was sent twice, so one that was is no token. It unescapes the path: a request whose
    path has an escaped slash cannot be told from another one, and its proof is refused.
    """
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), _AS_SENT, encoding="latin-1")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path or "/",
        authorization=_values(environ, "authorization"),
        dpop=_values(environ, "dpop"),
        certificate=environ.get("SSL_CLIENT_CERT") or None,
        certificate_header=_values(environ, certificate_header) if certificate_header else (),
    )


def _values(environ: Environ, header: str) -> tuple[str, ...]:
    value = environ.get(f"HTTP_{header.upper().replace('-', '_')}")
    return () if value is None else (value,)
