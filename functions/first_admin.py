"""Runs after each deployment that names a first admin: writes their documents, unless these ever were there."""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct

from federation.admin.editor import Applied
from federation.bootstrap.first_admin import first_admin
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    logger = structured_logger(log_stream(environment))
    return FirstAdminHandler(first_admin(environment), logger).handle


class FirstAdminHandler(Struct, frozen=True):
    """One pass, whatever the event says."""

    write: Callable[[str], Applied]
    logger: Logger

    def handle(self, event: Event, context: Context) -> dict[str, object]:  # noqa: ARG002 the events say only "now"
        """What was written. What fails is raised: Lambda tries again, and an alarm counts."""
        applied = self.write(context.aws_request_id)
        written = [f"{version.ref.kind} {version.ref.id}" for version in (*applied.created, *applied.updated)]
        self.logger.info("first admin", written=written, correlation_id=context.aws_request_id)
        return {"written": written}


__getattr__ = built_on_access(build)
