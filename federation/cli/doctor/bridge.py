"""Is the bridge there, of the right version and time, and do its endpoints refuse a caller without proof."""

import socket
import ssl
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, resting_on, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import HEALTH, NO_BRIDGE, OWN_URL, Visit, json_object, members, unanswered
from federation.client.http import Answer
from federation.oauth.metadata import INTROSPECTION_PATH, REVOCATION_PATH, TOKEN_PATH
from federation.resource_server.verifier import CLOCK_SKEW
from federation.version import VERSION
from federation.web.deadline import Deadline

_DAY = 24 * 60 * 60


def days_left(host: str, port: int, now: float, seconds: float) -> int:
    """Whole days until the end of the certificate that `host` shows; raises Settled unless it proves to be `host`.

    `now`: seconds since the epoch; `seconds`: for everything.
    """
    try:
        end = Deadline(seconds).bound(lambda: _end(host, port, seconds))
    except (OSError, ValueError) as error:
        raise Settled(unanswered(error, f"https://{host}:{port}")) from None
    return int((end - now) // _DAY)


def _end(host: str, port: int, seconds: float) -> float:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=seconds) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))


SOON = 14
"""Days: who renews certificates by themselves do so earlier."""


def health(visit: Visit) -> Verdict:
    """Whether a bridge answers at all."""
    status = json_object(visit.probe.get(HEALTH), HEALTH).get("status")
    if status != "ok":
        return failed(f"{HEALTH} does not say that it is ok, but {shown(status)}.", NO_BRIDGE)
    return ok(f"A bridge answers at {visit.bridge}.")


def version(visit: Visit) -> Verdict:
    """Whether this command and the bridge are of one version."""
    with resting_on("bridge.health"):
        theirs = json_object(visit.probe.get(HEALTH), HEALTH).get("version")
    if theirs == VERSION:
        return ok(f"Both are version {VERSION}.")
    return warning(
        f"The bridge is version {shown(theirs)}, this command {VERSION}.",
        "Use the command line of the bridge's own version, or deploy this one.",
    )


def tls(visit: Visit) -> Verdict:
    """Whether the way there can neither be read nor changed."""
    parts = urlsplit(visit.bridge)
    if parts.scheme == "http":
        return ok("Plain http, which does not leave this machine.")
    with resting_on("bridge.health"):  # a bridge that does not prove who it is has failed there
        visit.probe.get(HEALTH)
    days = days_left(parts.hostname or "", parts.port or 443, visit.now(), visit.probe.each)
    if days < SOON:
        return warning(
            f"Its certificate is good for {days} days more.",
            "See why it was not renewed: an ACM certificate needs its validation record in DNS.",
        )
    return ok(f"Its certificate is good for {days} days more.")


A_LITTLE = 2.0
"""Seconds that need not be told."""
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


NOTHING = "fedbridge-doctor-shows-no-token"
"""Asked about where a token has to be named: none is given away."""
_OPEN = "Take the bridge off the network until it is clear what answers there."
_FUNCTION = "Look at the errors of the function behind it."


def token(visit: Visit) -> Verdict:
    """RFC 6749 section 5.2: an empty request is refused in the form that every client knows."""
    answer = visit.probe.post(TOKEN_PATH, {})
    refusal = _refusal(answer, TOKEN_PATH, HTTPStatus.BAD_REQUEST, "invalid_request")
    if not isinstance(refusal, str):
        return failed(f"{TOKEN_PATH} refuses without a correlation id, so failed requests cannot be found.", NO_BRIDGE)
    if "no-store" not in answer.headers.get("cache-control", "").lower():
        return failed(f"{TOKEN_PATH} does not forbid to store its answers.", "Remove what changes its headers.")
    return ok(f"{TOKEN_PATH} answers as a token endpoint.")


def introspection(visit: Visit) -> Verdict:
    """RFC 7662 section 2.1: who proves nothing learns nothing."""
    answer = visit.probe.post(INTROSPECTION_PATH, {"token": NOTHING})
    _refusal(answer, INTROSPECTION_PATH, HTTPStatus.UNAUTHORIZED, "invalid_client")
    return ok(f"{INTROSPECTION_PATH} refuses callers that prove nothing.")


def revocation(visit: Visit) -> Verdict:
    """RFC 7009 section 2.2.1: there is nothing to revoke without a token."""
    answer = visit.probe.post(REVOCATION_PATH, {})
    _refusal(answer, REVOCATION_PATH, HTTPStatus.BAD_REQUEST, "invalid_request")
    return ok(f"{REVOCATION_PATH} refuses callers that show nothing.")


def admin(visit: Visit) -> Verdict:
    """RFC 6750 section 3: trust is not read without a token."""
    answer = visit.probe.get("/admin/v1/issuers")
    _check(answer, "The admin API", HTTPStatus.UNAUTHORIZED)
    if not members(answer, "The admin API's refusal").get("code"):
        return failed("The admin API refuses without a code.", NO_BRIDGE)
    return ok("The admin API refuses callers without a token.")


def _refusal(answer: Answer, path: str, status: HTTPStatus, error: str) -> object:
    """The correlation id of the refusal that is wanted; raises Settled for any other answer."""
    _check(answer, path, status)
    refusal = members(answer, f"The refusal of {path}")
    if refusal.get("error") != error:
        raise Settled(failed(f"{path} refuses with {shown(refusal.get('error'))}, not {error}.", NO_BRIDGE))
    return refusal.get("correlation_id")


def _check(answer: Answer, what: str, status: HTTPStatus) -> None:
    """Raises Settled for any other status."""
    if answer.status == status:
        return
    told = f"{what} answers with HTTP {answer.status}, not {status.value}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Settled(not_checked(f"{what} was asked too often from here.", "Wait a little, then repeat."))
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise Settled(failed(f"{told}: it lets in every caller.", _OPEN))
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise Settled(failed(f"{told}: a redirect, which clients do not follow.", OWN_URL))
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise Settled(warning(f"{told}.", f"Repeat in a minute. {_FUNCTION}"))
    raise Settled(failed(f"{told}.", _FUNCTION if answer.status > HTTPStatus.INTERNAL_SERVER_ERROR - 1 else NO_BRIDGE))
