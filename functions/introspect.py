"""`POST /introspect`."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from federation.aws.audit_log import PowertoolsAuditLog
from federation.bootstrap.introspection import introspection_endpoint
from federation.introspection.endpoint import IntrospectionEndpoint
from federation.settings import read_settings
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import CountedRefusals, Counters, log_stream, structured_logger, traced


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    counters = Counters(stream)
    log = CountedRefusals(PowertoolsAuditLog(structured_logger(stream)), counters)
    return traced(
        IntrospectHandler(introspection_endpoint(read_settings(environment), log), counters).handle, environment
    )


@dataclass(frozen=True, slots=True)
class IntrospectHandler:
    """Event -> endpoint -> response."""

    endpoint: IntrospectionEndpoint
    counters: Counters

    def handle(self, event: Event, context: Context) -> GatewayResponse:
        """The endpoint's answer to any event."""
        request = read_event(event, context.aws_request_id)
        response = self.endpoint.handle(request)
        if response.status == HTTPStatus.OK:
            self.counters.count("Introspected", {"correlation_id": request.correlation_id})
        return write_response(response)


__getattr__ = built_on_access(build)
