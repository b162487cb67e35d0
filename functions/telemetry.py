"""Powertools, set up once for every function: a structured log and counters within it.

Nothing here takes an event, a header or a token.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from itertools import count
from time import time
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from federation.aws.audit_log import PowertoolsAuditLog
from federation.later import module_later
from federation.model.json import JsonObject

if TYPE_CHECKING:
    import aws_lambda_powertools
else:
    aws_lambda_powertools = module_later("aws_lambda_powertools")


SERVICE = "federation-bridge"
NAMESPACE = "FederationBridge"
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
    """CloudWatch counters in embedded metric format: a line of the log each, so nothing is called."""

    stream: TextIO

    def count(self, name: str, facts: Mapping[str, str], number: int = 1) -> None:
        """Add a number. `facts` stand beside it and make no dimension, so they may take any value.

        Written as Powertools would write it, for a tenth of its cost.
        """
        metric = {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": [{"Name": name, "Unit": "Count"}]}
        about = {"Timestamp": int(time() * 1000), "CloudWatchMetrics": [metric]}
        trace = {"xray_trace_id": traced} if (traced := trace_id()) else {}
        line = {"_aws": about, "service": SERVICE, name: [float(number)], **facts, **trace}
        self.stream.write(json.dumps(line) + "\n")  # one write: lines never mingle
        self.stream.flush()


class CountedRefusals(Struct, frozen=True):
    """AuditLog that counts as well."""

    log: PowertoolsAuditLog
    counters: Counters

    def refused(self, entry: JsonObject) -> None:
        """The record, then the number."""
        self.log.refused(entry)
        self.counters.count("Refused", {name: str(entry[name]) for name in ("reason", "correlation_id")})
