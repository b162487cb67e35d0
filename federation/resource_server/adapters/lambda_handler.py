"""Lambda functions behind a load balancer, a function URL or API Gateway: a decorator for the handler.

bridge = Bridge(Verifier(..., background=False), url="https://risk.example.com")

@bridge.require("risk:score:read")
def handler(event, context, claims): ...
"""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeAlias

from federation.oauth.errors import OAuthError
from federation.resource_server.adapters.lambda_request import read_request
from federation.resource_server.answers import Answer
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

Event: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[Any, Any, Claims], Any]


class Bridge:
    """The gate of one function. `url`, `certificate_header`: see Gate."""

    def __init__(self, verifier: Verifier, *, url: str | None = None, certificate_header: str | None = None) -> None:
        """`certificate_header`: `x-amzn-mtls-clientcert-leaf` behind a load balancer that asks for certificates."""
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header)

    def require(self, scope: str | None = None, /, **more: Any) -> Callable[[Handler], Callable[[Event, Any], Any]]:  # noqa: ANN401
        """A decorator; the handler runs for tokens that are good for this. `more`: as Claims.require has it."""
        requirement = Requirement(scope, **more)

        def decorate(handler: Handler) -> Callable[[Event, Any], Any]:
            @wraps(handler)
            def guarded(event: Event, context: Any) -> Any:  # noqa: ANN401  (AWS's)
                request = read_request(event, self._gate.certificate_header)
                try:
                    claims = self._gate.admit(request, requirement)
                except OAuthError as refusal:
                    return _response(self._gate.answer(refusal, request, requirement), event)
                return handler(event, context, claims)

            return guarded

        return decorate


def _response(answer: Answer, event: Event) -> dict[str, Any]:
    response: dict[str, Any] = {"statusCode": answer.status, "body": answer.body.decode("ascii")}
    if "multiValueHeaders" in event:
        response["multiValueHeaders"] = {name: [value] for name, value in answer.headers.items()}
    else:
        response["headers"] = answer.headers
    if "elb" in (event.get("requestContext") or {}):
        response["statusDescription"] = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    return response
