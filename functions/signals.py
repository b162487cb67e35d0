"""Runs behind the audit table's stream and the token function's log: what is unusual, told and counted."""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct

from federation.aws.lean.services import lean_services
from federation.aws.service import AwsServices
from federation.aws.signal_events import observations
from federation.bootstrap.signals import signal_notice, watch
from federation.model.metrics import SIGNALS_FOUND, SIGNALS_RANG
from federation.model.signals import Signal
from federation.ports import SignalNotice
from federation.settings import read_settings
from federation.signals.notice import described
from federation.signals.watch import Watch
from federation.web.authorities import system_trust
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    notice, counters = signal_notice(read_settings(environment)), Counters(log_stream(environment))
    return build_on(environment, lean_services(environment, system_trust, failed=counters.aws_failed), notice)


def build_on(environment: Mapping[str, str], aws: AwsServices, notice: SignalNotice) -> Handler:
    """The same on other services than the environment names."""
    settings, stream = read_settings(environment), log_stream(environment)
    return SignalsHandler(watch(settings, aws, notice), structured_logger(stream), Counters(stream)).handle


class SignalsHandler(Struct, frozen=True):
    """What an event tells, looked at."""

    watch: Watch
    logger: Logger
    counters: Counters

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """The report. What fails is raised: the stream, the log's subscription or the queue tells of it again."""
        report = self.watch.look(tuple(observations(event)))
        for signal in report.signals:
            self._count(signal)
            self.logger.info("signal", signal=described(signal), correlation_id=context.aws_request_id)
        return {"records": report.records, "signals": [signal.id for signal in report.signals]}

    def _count(self, signal: Signal) -> None:
        facts = {"signal": signal.name, "severity": signal.severity, "signal_id": signal.id}
        self.counters.count(SIGNALS_FOUND, facts)
        if signal.rings:
            self.counters.count(SIGNALS_RANG, facts)


__getattr__ = built_on_access(build)
