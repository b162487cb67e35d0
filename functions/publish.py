"""Runs on a schedule, after each deployment, and whenever our keys move: public keys and discovery documents, put out.

Where verifiers read, something older may lie than we had put there: it is replaced, and counted (ATTACKS R5).
"""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.bootstrap.keys import publication
from federation.keys.publication import Publication
from federation.model.metrics import KEYS_ROLLED_BACK
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    publishing = publication(read_settings(environment))
    return PublishHandler(publishing, structured_logger(stream), Counters(stream)).handle


class PublishHandler(Struct, frozen=True):
    """One pass, whatever the event says."""

    publication: Publication
    logger: Logger
    counters: Counters

    def handle(self, event: Event, context: Context) -> dict[str, object]:  # noqa: ARG002 the events say only "now"
        """The report. What fails is raised: Lambda tries again, an alarm counts, and the next schedule goes on."""
        report: dict[str, object] = to_builtins(self.publication.run())
        self.logger.info("published", report=report, correlation_id=context.aws_request_id)
        if report["rolled_back"]:
            self.logger.error("the JWKS was not what had been published", correlation_id=context.aws_request_id)
            self.counters.count(KEYS_ROLLED_BACK, {"correlation_id": context.aws_request_id})
        return report


__getattr__ = built_on_access(build)
