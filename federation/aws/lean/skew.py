"""How far our clock is from AWS's, learnt from its answers: a signature is good for five minutes around its time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from federation.aws.errors import AwsRefused

CODES = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""Which may mean that the time in the signature is wrong."""
NOTABLE = 240.0
"""Seconds. A smaller difference is no reason for a refusal, and no news."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SkewedClock:
    """The time that signatures say. `clock`: seconds since the epoch."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as AWS counts them."""
        return self._clock() + self._offset

    def learns(self, error: AwsRefused, date: str) -> bool:
        """Whether `date`, of the answer that refused us, explains the refusal; then the next signature is right."""
        theirs = read_date(date)
        if error.code not in CODES or theirs is None:
            return False
        offset = theirs - self._clock()
        if abs(offset - self._offset) < NOTABLE:
            return False
        self._offset = offset
        return True


def read_date(text: str) -> float | None:
    """Seconds since the epoch of an IMF-fixdate (RFC 9110 section 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`."""
    try:
        _, day, month, year, clock, zone = text.split(" ")
        hour, minute, second = map(int, clock.split(":"))
        at = datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return at.timestamp() if zone == "GMT" else None
