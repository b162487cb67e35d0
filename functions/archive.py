"""Runs at whatever happens to the audit table, and on a schedule: into the archive, once, signed."""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.archive.archiver import Archiver
from federation.aws.archive_events import happenings
from federation.bootstrap.archive import archiver
from federation.model.metrics import ARCHIVE_LAG
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    counters = Counters(stream)
    return ArchiveHandler(
        archiver(read_settings(environment), counters.signed), structured_logger(stream), counters
    ).handle


class ArchiveHandler(Struct, frozen=True):
    """The event's happenings; without any, a look at whether the newest head is still good."""

    archiver: Archiver
    logger: Logger
    counters: Counters

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """The report. What fails is raised: the stream tells of it again for a day, and alarms count."""
        told = tuple(happenings(event))
        report: dict[str, object] = to_builtins(self.archiver.append(told) if told else self.archiver.renew())
        if told:
            lag = max(0, int(self.archiver.clock.now()) - min(one.at for one in told))
            self.counters.count(ARCHIVE_LAG, {"correlation_id": context.aws_request_id}, lag)
        if report["written"]:
            # The head in the log is one more witness of how far the archive went.
            self.logger.info("archived", report=report, correlation_id=context.aws_request_id)
        return report


__getattr__ = built_on_access(build)
