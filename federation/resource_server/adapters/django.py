"""Django: a decorator for views, sync and async; the claims are in `request.claims`.

bridge = Bridge(Verifier(...), url="https://risk.example.com")

@bridge.require("risk:score:read")
def scores(request): ...
"""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from federation.oauth.errors import OAuthError
from federation.resource_server.adapters import asgi, wsgi
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate, Request
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

View: TypeAlias = Callable[..., Any]


class Bridge:
    """The gate of one service. `url`, `certificate_header`: see Gate."""

    def __init__(self, verifier: Verifier, *, url: str | None = None, certificate_header: str | None = None) -> None:
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header)

    def require(self, scope: str | None = None, /, **more: Any) -> Callable[[View], View]:  # noqa: ANN401
        """A decorator for a function or a class of views. `more`: as Claims.require has it."""
        requirement = Requirement(scope, **more)

        def decorate(view: View) -> View:
            if isinstance(view, type):
                whole: View = method_decorator(decorate, name="dispatch")(view)
                return whole
            return self._async(view, requirement) if iscoroutinefunction(view) else self._sync(view, requirement)

        return decorate

    def _sync(self, view: View, requirement: Requirement) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            asked = self._read(request)
            try:
                _keep(request, self._gate.admit(asked, requirement))
            except OAuthError as refusal:
                return self._refused(refusal, asked, requirement)
            return view(request, *args, **kwargs)

        return guarded

    def _async(self, view: View, requirement: Requirement) -> View:
        @wraps(view)
        async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            asked = self._read(request)
            try:
                _keep(request, await self._gate.admit_async(asked, requirement))
            except OAuthError as refusal:
                return self._refused(refusal, asked, requirement)
            return await view(request, *args, **kwargs)

        return guarded

    def _read(self, request: HttpRequest) -> Request:
        """Under ASGI the path and repeated headers are as they were sent."""
        scope = getattr(request, "scope", None)
        if scope is not None:
            return asgi.read_request(scope, self._gate.certificate_header)
        return wsgi.read_request(request.META, self._gate.certificate_header)

    def _refused(self, refusal: OAuthError, asked: Request, requirement: Requirement) -> HttpResponse:
        answer = self._gate.answer(refusal, asked, requirement)
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


def _keep(request: Any, claims: Claims) -> None:  # noqa: ANN401  (a request takes what is set)
    request.claims = claims
