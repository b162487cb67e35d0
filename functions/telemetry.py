"""Powertools, set up once for every function: a structured log and counters within it.

Nothing here takes an event, a header or a token.
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import count
from threading import Lock
from time import monotonic, time
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from federation.aws.audit_log import PowertoolsAuditLog
from federation.aws.errors import THROTTLED, AwsError, AwsRefused, AwsUnreachable
from federation.later import module_later
from federation.model.json import JsonObject
from federation.model.made_signature import MadeSignature
from federation.model.metrics import (
    AWS_FAILED,
    AWS_THROTTLED,
    EXCHANGE_DURATION,
    ISSUED,
    NAMESPACE,
    NO_TENANT,
    REFUSED,
    SERVICE,
    STEP_DURATION,
    Metric,
)

if TYPE_CHECKING:
    import aws_lambda_powertools
else:
    aws_lambda_powertools = module_later("aws_lambda_powertools")


LOG_STREAM = "FEDERATION_LOG_STREAM"
"""`stderr`: keeps a laptop's standard output clean. Otherwise standard output, which Lambda collects."""

TRACE = "_X_AMZN_TRACE_ID"
_ROOT = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")
_numbers = count(1)


def trace_id(environment: Mapping[str, str] = os.environ) -> str:
    """X-Ray's name for the trace of this invocation; empty: there is none. Lambda sets it anew each time.

    Powertools writes it into every line of the log as `xray_trace_id`.
    """
    found = _ROOT.search(environment.get(TRACE, ""))
    return found[1] if found else ""


def log_stream(environment: Mapping[str, str]) -> TextIO:
    """Where this process's log goes."""
    return sys.stderr if environment.get(LOG_STREAM) == "stderr" else sys.stdout


def structured_logger(stream: TextIO) -> "aws_lambda_powertools.Logger":
    """JSON lines to `stream`.

    Powertools keeps one handler per service name and process; a number of its own keeps each logger's lines apart.
    """
    name = f"{SERVICE}-{next(_numbers)}"
    logger = aws_lambda_powertools.Logger(service=name, stream=stream, utc=True, use_rfc3339=True)
    logger.append_keys(service=SERVICE)
    return logger


class Counters(Struct, frozen=True):
    """CloudWatch metrics in embedded metric format: a line of the log each, so nothing is called."""

    stream: TextIO

    def count(self, metric: Metric, facts: Mapping[str, str], number: int = 1) -> None:
        """Add a number. Of `facts` those are dimensions that the metric declares; any other may take any value."""
        self.measure(metric, facts, [float(number)])

    def measure(self, metric: Metric, facts: Mapping[str, str], values: Sequence[float]) -> None:
        """Add at most 100 values. Written as Powertools would write it, for a tenth of its cost."""
        sets = [["service", *names] for names in metric.dimensions if all(facts.get(name) for name in names)]
        named = [{"Name": metric.name, "Unit": metric.unit}]
        directive = {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": named}
        about = {"Timestamp": int(time() * 1000), "CloudWatchMetrics": [directive]}
        self._write({"_aws": about, "service": SERVICE, metric.name: values, **facts})

    def signed(self, made: MadeSignature) -> None:
        """A signature: what CloudTrail says of KMS is compared with these lines. Short: there is one for each token."""
        self._write({"signed": made.request_id, "key": made.key.rpartition("/")[2], "for": made.purpose.value})

    def aws_failed(self, service: str, error: AwsError) -> None:
        """An attempt at a service of AWS. A condition that did not hold is an answer and no failure."""
        if isinstance(error, AwsRefused) and error.code in THROTTLED:
            self.count(AWS_THROTTLED, {"aws": service})
        elif isinstance(error, AwsUnreachable) or (isinstance(error, AwsRefused) and error.status >= _SERVER_ERROR):
            self.count(AWS_FAILED, {"aws": service})

    def _write(self, line: Mapping[str, object]) -> None:
        trace = {"xray_trace_id": traced} if (traced := trace_id()) else {}
        self.stream.write(json.dumps({**line, **trace}, separators=(",", ":")) + "\n")  # one write: lines never mingle
        self.stream.flush()


_SERVER_ERROR = 500
"""RFC 9110 section 15.6."""
MOST_VALUES = 100
"""Of a metric in one line (embedded metric format specification)."""
HELD_SECONDS = 10.0
"""For how long durations wait for others of the same line."""


class Durations:
    """Of steps, many to a line: a line for each would be most of an exchange's log. Safe for many threads."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._lock = Lock()
        self._held: dict[str, list[float]] = {}
        self._since = monotonic()

    def took(self, seconds: Mapping[str, float]) -> None:
        """Step -> seconds, of one exchange."""
        with self._lock:
            for step, lasted in seconds.items():
                self._held.setdefault(step, []).append(round(lasted * 1000, 3))
            full = max(map(len, self._held.values()), default=0) >= MOST_VALUES
            if not full and monotonic() - self._since < HELD_SECONDS:
                return
            held, self._held, self._since = self._held, {}, monotonic()
        self._write(held)

    def _write(self, held: Mapping[str, Sequence[float]]) -> None:
        for step, values in held.items():
            metric, facts = (STEP_DURATION, {"step": step}) if step else (EXCHANGE_DURATION, {})
            self._counters.measure(metric, facts, values)


class CountedLog(Struct, frozen=True):
    """IssuanceLog that counts as well."""

    log: PowertoolsAuditLog
    counters: Counters
    durations: Durations | None = None

    def refused(self, entry: JsonObject) -> None:
        """The record, then the number."""
        self.log.refused(entry)
        facts = {name: str(entry[name]) for name in ("reason", "correlation_id")}
        self.counters.count(REFUSED, {**facts, **_vouched(entry)})

    def issued(self, correlation_id: str, tenant: str | None, issuer: str, seconds: Mapping[str, float]) -> None:
        """The number; the record is durable already."""
        facts = {"correlation_id": correlation_id, "tenant": tenant or NO_TENANT, "issuer": issuer}
        self.counters.count(ISSUED, facts)
        if self.durations is not None:
            self.durations.took({"": sum(seconds.values()), **seconds})


def _vouched(entry: JsonObject) -> dict[str, str]:
    """Whose document the request rests on, or claims to; nothing where it names none that we have."""
    proven, claimed = entry.get("issuer"), entry.get("unverified_issuer")
    if proven:
        return {"issuer": str(proven), "tenant": str(entry.get("tenant") or NO_TENANT)}
    return {"issuer": str(claimed), "tenant": str(entry.get("unverified_tenant") or NO_TENANT)} if claimed else {}
