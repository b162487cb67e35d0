"""Runs on a schedule: attacks our own endpoint from outside, and counts what succeeded."""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.bootstrap.probe import scheduled_probe
from federation.model.metrics import ATTACK_NOT_TRIED, ATTACK_REFUSED, ATTACK_SUCCEEDED, ATTACK_UNCLEAR
from federation.prober.run import Outcome, Report
from federation.settings import SettingsError, read_settings
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger

KEY = "FEDERATION_PROBE_KEY"
COUNTERS = {
    Outcome.SUCCEEDED: ATTACK_SUCCEEDED,
    Outcome.UNCLEAR: ATTACK_UNCLEAR,
    Outcome.REFUSED: ATTACK_REFUSED,
    Outcome.NOT_TRIED: ATTACK_NOT_TRIED,
}


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    if not environment.get(KEY):
        raise SettingsError(f"{KEY} is missing")
    probe = scheduled_probe(read_settings(environment), environment[KEY])
    return ProbeHandler(probe, structured_logger(stream), Counters(stream)).handle


class ProbeHandler(Struct, frozen=True):
    """One run."""

    probe: Callable[[], Report]
    logger: Logger
    counters: Counters

    def handle(self, _event: object, context: Context) -> dict[str, object]:
        """How many attacks came to what. A bridge that does not answer is raised, and Lambda's alarm counts it."""
        report = self.probe()
        for outcome, metric in COUNTERS.items():
            self.counters.count(metric, {"correlation_id": context.aws_request_id}, len(report.of(outcome)))
        for one in (*report.of(Outcome.SUCCEEDED), *report.of(Outcome.UNCLEAR)):
            self.logger.error("attack %s", one.outcome.value, attack=to_builtins(one))
        counted = {outcome.value: len(report.of(outcome)) for outcome in Outcome}
        self.logger.info("probed", known=report.known, control=report.control, attacks=counted)
        return {"known": report.known, **counted}


__getattr__ = built_on_access(build)
