"""Runs on a schedule: the keys of every issuer, fetched before a token needs them, and counted where they are stale."""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.bootstrap.refresh_keys import key_refresh
from federation.issuer_keys.refresh import KeyRefresh
from federation.model.metrics import CERTIFICATES_ENDING, ISSUER_KEYS_STALE, KEYS_REFRESH_FAILED, KEYS_STALE
from federation.settings import read_settings
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import Counters, log_stream, structured_logger


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    stream = log_stream(environment)
    refresh = key_refresh(read_settings(environment))
    return RefreshHandler(refresh, structured_logger(stream), Counters(stream)).handle


class RefreshHandler(Struct, frozen=True):
    """One pass, whatever the event says."""

    refresh: KeyRefresh
    logger: Logger
    counters: Counters

    def handle(self, event: Event, context: Context) -> dict[str, object]:  # noqa: ARG002 the events say only "now"
        """The report. Zeros are counted too, so that silence means that nothing runs."""
        report = self.refresh.run()
        facts = {"correlation_id": context.aws_request_id}
        self.logger.info("keys refreshed", report=to_builtins(report), correlation_id=context.aws_request_id)
        self.counters.count(KEYS_STALE, facts, len(report.stale))
        for issuer in report.stale:
            self.counters.count(ISSUER_KEYS_STALE, {**facts, "issuer": issuer})
        self.counters.count(KEYS_REFRESH_FAILED, facts, len(report.failed) + report.left_out)
        self.counters.count(CERTIFICATES_ENDING, facts, len(report.certificates_ending))
        shown: dict[str, object] = to_builtins(report)
        return shown


__getattr__ = built_on_access(build)
