"""The one shape of a function behind the gateway: event -> endpoint -> response, with what came of it counted."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from federation.aws.audit_log import PowertoolsAuditLog
from federation.aws.lean.service import AttemptFailed
from federation.aws.lean.services import lean_services
from federation.aws.service import AwsServices
from federation.later import later, module_later
from federation.model.metrics import Metric
from federation.oauth.http import HttpEndpoint, HttpRequest, HttpResponse
from federation.ports import IssuanceLog
from federation.settings import Settings, read_settings
from federation.web.authorities import system_trust
from functions.edge import behind_edge
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Context, Handler
from functions.telemetry import CountedLog, Counters, Durations, log_stream, structured_logger, trace_id

if TYPE_CHECKING:
    from functions import snapshot
else:
    snapshot = module_later("functions.snapshot")

INITIALIZATION, SNAP_START = "AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"
"""How Lambda says that it will take a snapshot of this process."""


class Success(NamedTuple):
    """What counts as done."""

    status: HTTPStatus
    metric: Metric


class CountedSuccesses(Struct, frozen=True):
    """An HttpEndpoint that counts as well."""

    endpoint: HttpEndpoint
    counters: Counters
    success: Success

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        """The answer, after the number."""
        response = self.endpoint.handle(request)
        if response.status == self.success.status:
            self.counters.count(self.success.metric, {"correlation_id": request.correlation_id})
        return response


class HttpHandler(Struct, frozen=True):
    """What Lambda invokes."""

    endpoint: HttpEndpoint

    def handle(self, event: Event, context: Context) -> GatewayResponse:
        """The endpoint's answer to any event."""
        return write_response(self.endpoint.handle(read_event(event, context.aws_request_id, trace_id())))


def _deployed(environment: Mapping[str, str], failed: AttemptFailed) -> AwsServices:
    return lean_services(environment, system_trust, failed=failed)


class HttpFunction(Struct, frozen=True):
    """Builds the handler of an endpoint whose successes and refusals are both counted."""

    endpoint: Callable[[Settings, IssuanceLog, AwsServices], HttpEndpoint]
    success: Success | None
    """None: the endpoint counts itself, as it knows more."""
    aws: Callable[[Mapping[str, str], AttemptFailed], AwsServices] = _deployed

    def __call__(self, environment: Mapping[str, str]) -> Handler:
        """Raises SettingsError, AwsUnusable."""
        stream = log_stream(environment)
        counters = Counters(stream)
        logger = PowertoolsAuditLog(later(lambda: structured_logger(stream)))
        log = CountedLog(logger, counters, Durations(counters))
        aws = self.aws(environment, counters.aws_failed).recording(counters.signed)
        if environment.get(INITIALIZATION) == SNAP_START:
            snapshot.register(aws.drop_connections)
        endpoint = self.endpoint(read_settings(environment), log, aws)
        counted = CountedSuccesses(endpoint, counters, self.success) if self.success else endpoint
        return HttpHandler(behind_edge(environment, counted, counters)).handle

    def on(self, aws: AwsServices) -> "HttpFunction":
        """The same on other services than the environment names."""
        return HttpFunction(self.endpoint, self.success, lambda _environment, _failed: aws)
