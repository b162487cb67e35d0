"""Flask: a decorator for views; the claims are in `flask.g.claims`.

bridge = Bridge(Verifier(...), url="https://risk.example.com")

@app.get("/scores")
@bridge.require("risk:score:read")
def scores(): ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import flask

from federation.oauth.errors import OAuthError
from federation.resource_server.adapters.wsgi import read_request
from federation.resource_server.gate import Gate
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

P = ParamSpec("P")


class Bridge:
    """The gate of one service. `url`, `certificate_header`: see Gate."""

    def __init__(self, verifier: Verifier, *, url: str | None = None, certificate_header: str | None = None) -> None:
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header)

    def require(self, scope: str | None = None, /, **more: Any) -> Callable[[Callable[P, Any]], Callable[P, Any]]:  # noqa: ANN401
        """A decorator; the view runs for tokens that are good for this. `more`: as Claims.require has it."""
        requirement = Requirement(scope, **more)

        def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
            @wraps(view)
            def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401  (what a view returns)
                refused = self._refused(requirement)
                return flask.current_app.ensure_sync(view)(*args, **kwargs) if refused is None else refused

            return guarded

        return decorate

    def _refused(self, requirement: Requirement) -> flask.Response | None:
        request = read_request(flask.request.environ, self._gate.certificate_header)
        try:
            flask.g.claims = self._gate.admit(request, requirement)
        except OAuthError as refusal:
            answer = self._gate.answer(refusal, request, requirement)
            return flask.Response(answer.body, answer.status, answer.headers)
        return None
