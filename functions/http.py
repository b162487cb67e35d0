"""The one shape of a function behind the gateway: event -> endpoint -> response, with what came of it counted."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple, Protocol

from msgspec import Struct

from federation.aws.audit_log import PowertoolsAuditLog
from federation.oauth.http import HttpRequest, HttpResponse
from federation.ports import AuditLog
from federation.settings import Settings, read_settings
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Build, Context, Handler
from functions.telemetry import CountedRefusals, Counters, log_stream, structured_logger


class HttpEndpoint(Protocol):
    """Answers every request, and raises nothing."""

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        """The answer."""
        ...


class Success(NamedTuple):
    """What counts as done."""

    status: HTTPStatus
    counter: str
    """Name of the CloudWatch counter."""


class CountedSuccesses(Struct, frozen=True):
    """An HttpEndpoint that counts as well."""

    endpoint: HttpEndpoint
    counters: Counters
    success: Success

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        """The answer, after the number."""
        response = self.endpoint.handle(request)
        if response.status == self.success.status:
            self.counters.count(self.success.counter, {"correlation_id": request.correlation_id})
        return response


class HttpHandler(Struct, frozen=True):
    """What Lambda invokes."""

    endpoint: HttpEndpoint

    def handle(self, event: Event, context: Context) -> GatewayResponse:
        """The endpoint's answer to any event."""
        return write_response(self.endpoint.handle(read_event(event, context.aws_request_id)))


def http_function(endpoint: Callable[[Settings, AuditLog], HttpEndpoint], success: Success) -> Build:
    """How to build the handler of an endpoint whose successes and refusals are both counted."""

    def build(environment: Mapping[str, str]) -> Handler:
        """Raises SettingsError."""
        stream = log_stream(environment)
        counters = Counters(stream)
        log = CountedRefusals(PowertoolsAuditLog(structured_logger(stream)), counters)
        counted = CountedSuccesses(endpoint(read_settings(environment), log), counters, success)
        return HttpHandler(counted).handle

    return build
