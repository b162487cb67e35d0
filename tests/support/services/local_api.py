"""What AWS puts before a Lambda function, on loopback: a load balancer, a function URL, API Gateway and its authorizer.

It makes an event of each HTTP request as AWS documents it, and an HTTP answer of what the function returns or raises.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

from federation.resource_server.adapters.lambda_authorizer import Unauthorized
from tests.support.loopback_server import LoopbackServer, running
from tests.support.services.asked import PATH

METHOD_ARN = "arn:aws:execute-api:eu-central-1:000000000000:abc/prod/GET/scores"
Event: TypeAlias = dict[str, Any]
Function: TypeAlias = Callable[[Event, Any], Any]
Answered: TypeAlias = tuple[int, Mapping[str, str], bytes]
Front: TypeAlias = Callable[[Mapping[str, str]], Answered]
"""The request's headers -> status, headers and body."""


def http_api_event(headers: Mapping[str, str], **about: Any) -> Event:  # noqa: ANN401
    """Of a function URL or an HTTP API, payload 2.0."""
    return {
        "version": "2.0",
        "rawPath": PATH,
        "rawQueryString": "page=2",
        "headers": dict(headers),
        "requestContext": {"http": {"method": "GET", "path": PATH}, **about},
    }


def rest_api_event(headers: Mapping[str, str]) -> Event:
    """Of a REST API, for an authorizer of type REQUEST."""
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "httpMethod": "GET",
        "path": PATH,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"path": PATH, "httpMethod": "GET", "identity": {}},
    }


def alb_event(headers: Mapping[str, str], *, several: bool = False) -> Event:
    """Of a load balancer, `several`: with multi-value headers turned on."""
    shown = (
        {"multiValueHeaders": {name: [value] for name, value in headers.items()}}
        if several
        else {"headers": dict(headers)}
    )
    return {"requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": "GET", "path": PATH, **shown}


def to_function(event: Callable[[Mapping[str, str]], Event], function: Function) -> Front:
    """A function URL, or a load balancer."""

    def front(headers: Mapping[str, str]) -> Answered:
        answer = function(event(headers), None)
        several = {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
        return answer["statusCode"], several | answer.get("headers", {}), answer["body"].encode()

    return front


def http_api(authorizer: Function) -> Front:
    """Simple responses; without the identity source it asks no authorizer."""

    def front(headers: Mapping[str, str]) -> Answered:
        if "authorization" not in headers:
            return _message(401, "Unauthorized")
        answer = authorizer(http_api_event(headers), None)
        return _admitted(answer["context"]) if answer["isAuthorized"] is True else _message(403, "Forbidden")

    return front


def rest_api(authorizer: Function) -> Front:
    """A policy, or the one exception that is 401."""

    def front(headers: Mapping[str, str]) -> Answered:
        try:
            answer = authorizer(rest_api_event(headers), None)
        except Unauthorized as refused:
            if str(refused) != "Unauthorized":  # API Gateway goes by the text
                raise
            return _message(401, "Unauthorized")
        (statement,) = answer["policyDocument"]["Statement"]
        allowed = (statement["Effect"], statement["Resource"]) == ("Allow", METHOD_ARN)
        return _admitted(answer["context"]) if allowed else _message(403, "User is not authorized")

    return front


def _admitted(context: Mapping[str, Any]) -> Answered:
    """The integration, with what it is told of the caller: text, numbers and booleans alone."""
    assert all(isinstance(value, str | int | bool) for value in context.values())
    return 200, {}, json.dumps({"sub": context["sub"]}).encode()


def _message(status: int, text: str) -> Answered:
    return status, {}, json.dumps({"message": text}).encode()


@contextmanager
def serving(front: Front) -> Iterator[str]:
    """Its URL. What a function raises is 500, as at AWS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                status, headers, body = front({name.lower(): value for name, value in self.headers.items()})
            except Exception:
                logging.getLogger(__name__).info("the function failed", exc_info=True)
                status, headers, body = _message(500, "Internal Server Error")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (a name of http.server)
            """Nothing is logged."""

    with running(LoopbackServer(Handler), None) as server:
        yield server.url
