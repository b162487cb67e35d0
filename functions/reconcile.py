"""Runs on a schedule: a signature of our keys that no function of ours recorded is one that a stranger made."""

from collections.abc import Mapping
from datetime import datetime

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.bootstrap.reconciliation import reconciliation
from federation.model.metrics import SIGNATURES_LOST, SIGNATURES_SEEN, SIGNATURES_UNREAD, SIGNATURES_UNRECORDED
from federation.ports import Clock
from federation.reconciliation.run import Reconciliation
from federation.settings import SettingsError, read_settings
from federation.system import SystemClock
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger

GROUPS = "FEDERATION_SIGNING_LOG_GROUPS"


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream, groups = log_stream(environment), environment.get(GROUPS, "").split()
    if not groups:
        raise SettingsError(f"{GROUPS} is missing")
    compared = reconciliation(read_settings(environment), groups)
    return ReconcileHandler(compared, structured_logger(stream), Counters(stream), SystemClock()).handle


class ReconcileHandler(Struct, frozen=True):
    """One span of time for each time of the schedule."""

    reconciliation: Reconciliation
    logger: Logger
    counters: Counters
    clock: Clock

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """The report. What cannot be read is raised: Lambda tries the same span again, and an alarm counts."""
        report = self.reconciliation.run(_meant_for(event, self.clock))
        facts = {"correlation_id": context.aws_request_id}
        self.counters.count(SIGNATURES_SEEN, facts, report.seen)
        self.counters.count(SIGNATURES_UNRECORDED, facts, report.unrecorded_count)
        self.counters.count(SIGNATURES_LOST, facts, report.lost)
        self.counters.count(SIGNATURES_UNREAD, facts, 0 if report.complete else 1)
        told: dict[str, object] = to_builtins(report)
        say = self.logger.error if report.unrecorded else self.logger.info
        say("signatures compared", report=told, correlation_id=context.aws_request_id)
        return told


def _meant_for(event: Event, clock: Clock) -> int:
    """When the schedule meant the run to be, which a later attempt says as well."""
    named = event.get("time") if isinstance(event, dict) else None
    return int(datetime.fromisoformat(named).timestamp() if isinstance(named, str) else clock.now())


__getattr__ = built_on_access(build)
