"""Runs on a schedule and whenever something is revoked: what is revoked, out where verifiers read."""

import time
from collections.abc import Callable, Iterator, Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.aws.revocations import revocation_in
from federation.bootstrap.status import status_publication
from federation.model.revocation import Revocation
from federation.settings import read_settings
from federation.status.publication import StatusPublication
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.stream import read_images
from functions.telemetry import Counters, log_stream, structured_logger

SECOND_LOOK = 2.0
"""Seconds until a token whose record was written at the time of the revocation shows in the index as well."""


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    publication = status_publication(read_settings(environment), Counters(stream).signed)
    return StatusHandler(publication, structured_logger(stream)).handle


class StatusHandler(Struct, frozen=True):
    """One pass; two where the event tells of revocations."""

    publication: StatusPublication
    logger: Logger
    pause: Callable[[float], None] = time.sleep

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """The first report. What fails is raised: Lambda tries again, an alarm counts, the next schedule goes on."""
        heard = tuple(revoked(event))
        report: dict[str, object] = to_builtins(self.publication.run(heard))
        if report["published"]:
            self.logger.info("status published", report=report, correlation_id=context.aws_request_id)
        if heard:
            self.pause(SECOND_LOOK)
            self.publication.run(heard)
        return report


def revoked(event: Event) -> Iterator[Revocation]:
    """The revocations in an event of the state table's stream. What cannot be read is left to the schedule."""
    return read_images(event, revocation_in)


__getattr__ = built_on_access(build)
