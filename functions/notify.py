"""Runs whenever a request waits for an approval: tells those who decide."""

from collections.abc import Iterator, Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct

from federation.aws.approval_items import request_in
from federation.bootstrap.notify import approval_notice
from federation.model.approval import ApprovalState, StoredApproval
from federation.ports import ApprovalNotice
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.stream import read_images
from functions.telemetry import log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    logger = structured_logger(log_stream(environment))
    return NotifyHandler(approval_notice(read_settings(environment)), logger).handle


class NotifyHandler(Struct, frozen=True):
    """A message for each request in the event."""

    notice: ApprovalNotice
    logger: Logger

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """What fails is raised: Lambda tries again for as long as a decision is possible, and an alarm counts."""
        told = []
        for approval in waiting(event):
            self.notice.asked(approval)
            told.append(approval.request.id)
        self.logger.info("asked", approvals=told, correlation_id=context.aws_request_id)
        return {"told": told}


def waiting(event: Event) -> Iterator[StoredApproval]:
    """The pending approvals in an event of the state table's stream. What cannot be read is no request."""
    approvals = read_images(event, request_in)
    return (approval for approval in approvals if approval.state is ApprovalState.PENDING)


__getattr__ = built_on_access(build)
