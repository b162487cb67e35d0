"""Lambda functions, with events as AWS documents them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from federation.resource_server.adapters.lambda_handler import Bridge
from federation.resource_server.claims import Claims
from federation.resource_server.testing import OwnBridge
from tests.support.services.asked import AUDIENCE, PATH, SCOPE, Outcome

ORIGIN = "https://risk.example.com"


def http_api_event(headers: Mapping[str, str], **about: Any) -> dict[str, Any]:  # noqa: ANN401
    """Of a function URL or an HTTP API, payload 2.0."""
    return {
        "version": "2.0",
        "rawPath": PATH,
        "rawQueryString": "page=2",
        "headers": dict(headers),
        "requestContext": {"http": {"method": "GET", "path": PATH}, **about},
    }


def rest_api_event(headers: Mapping[str, str]) -> dict[str, Any]:
    """Of a REST API, for an authorizer of type REQUEST."""
    return {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:eu-central-1:000000000000:abc/prod/GET/scores",
        "httpMethod": "GET",
        "path": PATH,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"path": PATH, "httpMethod": "GET", "identity": {}},
    }


def alb_event(headers: Mapping[str, str], *, several: bool = False) -> dict[str, Any]:
    """Of a load balancer, `several`: with multi-value headers turned on."""
    shown = (
        {"multiValueHeaders": {name: [value] for name, value in headers.items()}}
        if several
        else {"headers": dict(headers)}
    )
    return {"requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": "GET", "path": PATH, **shown}


@dataclass(frozen=True)
class LambdaService:
    """A handler behind the decorator."""

    handler: Any
    event: Any
    method: str = "GET"
    url: str = ORIGIN + PATH

    def ask(self, headers: Mapping[str, str]) -> Outcome:
        answer = self.handler(self.event(headers), None)
        told: dict[str, str] = {
            name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()
        } | answer.get("headers", {})
        return Outcome(answer["statusCode"], told.get("www-authenticate", ""), answer["body"])


@contextmanager
def function_url_service(bridge: OwnBridge) -> Iterator[LambdaService]:
    yield LambdaService(_handler(bridge), http_api_event)


@contextmanager
def alb_service(bridge: OwnBridge) -> Iterator[LambdaService]:
    yield LambdaService(_handler(bridge), alb_event)


def _handler(bridge: OwnBridge) -> Any:  # noqa: ANN401
    door = Bridge(bridge.verifier(AUDIENCE, background=False), url=ORIGIN)

    @door.require(SCOPE)
    def handler(event: Any, context: Any, claims: Claims) -> dict[str, Any]:  # noqa: ANN401
        del event, context
        return {"statusCode": 200, "headers": {}, "body": {"sub": claims.principal}}

    return handler
