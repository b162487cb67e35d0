"""`/admin/v1/...`."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.admin.api.endpoint import AdminEndpoint
from federation.aws.audit_log import PowertoolsApprovalLog, PowertoolsAuditLog
from federation.bootstrap.admin_api import admin_endpoint
from federation.settings import read_settings
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import CountedRefusals, Counters, log_stream, structured_logger, traced


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    logger = structured_logger(stream)
    refusals = CountedRefusals(PowertoolsAuditLog(logger), Counters(stream))
    endpoint = admin_endpoint(read_settings(environment), refusals, PowertoolsApprovalLog(logger))
    return traced(AdminHandler(endpoint).handle, environment)


@dataclass(frozen=True, slots=True)
class AdminHandler:
    """Event -> endpoint -> response."""

    endpoint: AdminEndpoint

    def handle(self, event: Event, context: Context) -> GatewayResponse:
        """The endpoint's answer to any event."""
        return write_response(self.endpoint.handle(read_event(event, context.aws_request_id)))


__getattr__ = built_on_access(build)
