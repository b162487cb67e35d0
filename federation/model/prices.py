"""What AWS asks for, and what an exchange uses: us-east-1, 2026, on demand, arm64, dollars.

`make cost` counts what an exchange uses and prices it by the same table (docs/performance.md); a test holds the two to
each other. What an idle deployment costs (keys, schedules, alarms, storage) is not in it.
"""

from collections.abc import Mapping
from typing import NamedTuple

SIGN: Mapping[str, float] = {"RS256": 3.00, "PS256": 3.00, "ES256": 15.00}
"""A million signatures by RSA_2048 and by ECC_NIST_P256."""
WRITE, READ, API, REQUEST = 0.625, 0.125, 1.00, 0.20
"""A million: write units, read units, requests of an HTTP API, invocations."""
GIB_SECOND, LOG_GB, TRACE, TRACED = 0.0000133334, 0.50, 5.00, 0.05
"""A GiB second; a GB of logs taken in; a million traces, of which X-Ray keeps a twentieth."""
LAMBDA_SECONDS, LAMBDA_GIB = 0.012, 0.5
"""Of a warm exchange: one round trip to AWS and the CPU of half a GiB's share."""
LAMBDA_LINES, ACCESS_LINE = 320, 400
"""Bytes of START, END and REPORT; of the API's access log."""
MILLION = 1_000_000


class Usage(NamedTuple):
    """Of one request, on average."""

    signatures: float
    write_units: float
    read_units: float
    log_bytes: float


EXCHANGE = Usage(signatures=1, write_units=3, read_units=10, log_bytes=320)
REFUSAL = Usage(signatures=0, write_units=0, read_units=1, log_bytes=2000)
"""Its record is a line of the log."""


def price_of(usage: Usage, algorithm: str) -> float:
    """Dollars for one request, with what carries it."""
    calls = SIGN[algorithm] * usage.signatures + WRITE * usage.write_units + READ * usage.read_units
    carried = API + REQUEST + GIB_SECOND * LAMBDA_SECONDS * LAMBDA_GIB * MILLION + TRACE * TRACED
    logged = LOG_GB * (usage.log_bytes + LAMBDA_LINES + ACCESS_LINE) / 1000
    return (calls + carried + logged) / MILLION


def cost_of(issued: float, refused: float, algorithm: str) -> float:
    """Dollars for so many exchanges and refusals."""
    return issued * price_of(EXCHANGE, algorithm) + refused * price_of(REFUSAL, algorithm)
