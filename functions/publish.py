"""Runs on a schedule and after each deployment: our public keys and discovery documents, out where verifiers read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from aws_lambda_powertools import Logger

from federation.bootstrap.keys import publication
from federation.keys.publication import Publication
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import log_stream, structured_logger, traced


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    logger = structured_logger(log_stream(environment))
    return traced(PublishHandler(publication(read_settings(environment)), logger).handle, environment)


@dataclass(frozen=True, slots=True)
class PublishHandler:
    """One pass, whatever the event says."""

    publication: Publication
    logger: Logger

    def handle(self, event: Event, context: Context) -> dict[str, object]:  # noqa: ARG002 the events say only "now"
        """The report. What fails is raised: Lambda tries again, an alarm counts, and the next schedule goes on."""
        report = asdict(self.publication.run())
        self.logger.info("published", report=report, correlation_id=context.aws_request_id)
        return report


__getattr__ = built_on_access(build)
