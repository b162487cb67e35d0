"""`/admin/v1/...`."""

from collections.abc import Mapping

from federation.aws.audit_log import PowertoolsApprovalLog, PowertoolsAuditLog
from federation.bootstrap.admin_api import admin_endpoint
from federation.settings import read_settings
from functions.edge import behind_edge
from functions.http import HttpHandler
from functions.runtime import Handler, built_on_access
from functions.telemetry import CountedLog, Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    logger = structured_logger(stream)
    counters = Counters(stream)
    refusals = CountedLog(PowertoolsAuditLog(logger), counters)
    endpoint = admin_endpoint(read_settings(environment), refusals, PowertoolsApprovalLog(logger))
    return HttpHandler(behind_edge(environment, endpoint, counters)).handle


__getattr__ = built_on_access(build)
