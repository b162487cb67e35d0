"""Does this machine agree with the bridge about what time it is."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from federation.cli.doctor.finding import Settled, Verdict, failed, ok, resting_on, warning
from federation.cli.doctor.probe import HEALTH, NO_BRIDGE
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.resource_server.verifier import CLOCK_SKEW

A_LITTLE = 2.0
"""Seconds that nobody needs to know of."""
_SYNCHRONISE = (
    "Let the clock be set by the network (NTP): else tokens seem expired, or not yet valid, at one of the two."
)


def clock(visit: Visit) -> Verdict:
    """The answer was dated between question and arrival, to the second: what lies beyond that is the clock's."""
    with resting_on("bridge.health"):
        visit.probe.get(HEALTH)  # the first answer may wait for a function to start
    asked = visit.now()
    answer = visit.probe.send(visit.bridge + HEALTH, "GET")
    arrived = visit.now()
    dated = _seconds(answer.headers.get("date"))
    ahead, behind = asked - (dated + 1), dated - arrived
    off = max(0.0, ahead, behind)
    told = f"This machine's clock is {off:.0f} s {'ahead of' if ahead > behind else 'behind'} the bridge's."
    if off > CLOCK_SKEW:
        return failed(told, _SYNCHRONISE)
    return warning(told, _SYNCHRONISE) if off > A_LITTLE else ok("This machine and the bridge agree about the time.")


def _seconds(text: str | None) -> float:
    """Of a Date header (RFC 9110 section 5.6.7)."""
    if not text:
        raise Settled(warning("The bridge's answers are not dated, so clocks cannot be compared.", NO_BRIDGE))
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        raise Settled(warning(f"The bridge dates its answers {shown(text)}, which is no date.", NO_BRIDGE)) from None
