"""Runs on a schedule, and when the admin function (or an IAM principal) asks for it: our keys follow one another.

An order is `{"order": {"why": "..."}}` to rotate, with `"revoke": "<kid>"` to revoke.
"""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.bootstrap.keys import rotation
from federation.keys.orders import answer, read_order
from federation.keys.rotation import Rotation
from federation.model.metrics import KEY_AGE, KEY_OVERDUE
from federation.ports import KeyOrder
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    rotating = rotation(read_settings(environment))
    return RotateHandler(rotating, structured_logger(stream), Counters(stream)).handle


class RotateHandler(Struct, frozen=True):
    """One pass, or one order."""

    rotation: Rotation
    logger: Logger
    counters: Counters

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """The report, or what came of the order. What fails is raised: an alarm counts, the next schedule goes on."""
        order = read_order(event, context.aws_request_id)
        return self._pass(context) if order is None else self._order(order, context)

    def _pass(self, context: Context) -> dict[str, object]:
        report = self.rotation.run()
        shown = {} if report is None else to_builtins(report)
        overdue = bool(shown.get("overdue"))
        facts = {"correlation_id": context.aws_request_id}
        self.counters.count(KEY_OVERDUE, facts, int(overdue))
        if report is not None:
            self.counters.count(KEY_AGE, facts, report.age)
        self.logger.info("keys looked after", report=shown, correlation_id=context.aws_request_id)
        return shown

    def _order(self, order: KeyOrder, context: Context) -> dict[str, object]:
        answered = answer(self.rotation, order)
        self.logger.warning(
            "keys ordered", order=to_builtins(order), answer=answered, correlation_id=context.aws_request_id
        )
        return answered


__getattr__ = built_on_access(build)
