"""Do the endpoints answer as such, and refuse whoever proves nothing."""

from http import HTTPStatus

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, warning
from federation.cli.doctor.probe import NO_BRIDGE, OWN_URL, members
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.client.http import Answer
from federation.oauth.metadata import INTROSPECTION_PATH, REVOCATION_PATH, TOKEN_PATH

NOTHING = "fedbridge-doctor-shows-no-token"
"""Asked about where a token has to be named: none is given away."""
_OPEN = "Take the bridge off the network until it is clear what answers there."
_FUNCTION = "Look at the errors of the function behind it."


def token(visit: Visit) -> Verdict:
    """RFC 6749 section 5.2: an empty request is refused in the form that every client knows."""
    answer = visit.probe.post(TOKEN_PATH, {})
    refusal = _refusal(answer, TOKEN_PATH, HTTPStatus.BAD_REQUEST, "invalid_request")
    if not isinstance(refusal, str):
        return failed(f"{TOKEN_PATH} refuses without a correlation id, by which nobody could be helped.", NO_BRIDGE)
    if "no-store" not in answer.headers.get("cache-control", "").lower():
        return failed(f"{TOKEN_PATH} does not forbid to store its answers.", "Remove what changes its headers.")
    return ok(f"{TOKEN_PATH} answers as a token endpoint.")


def introspection(visit: Visit) -> Verdict:
    """RFC 7662 section 2.1: who proves nothing learns nothing."""
    answer = visit.probe.post(INTROSPECTION_PATH, {"token": NOTHING})
    _refusal(answer, INTROSPECTION_PATH, HTTPStatus.UNAUTHORIZED, "invalid_client")
    return ok(f"{INTROSPECTION_PATH} refuses whoever proves nothing.")


def revocation(visit: Visit) -> Verdict:
    """RFC 7009 section 2.2.1: there is nothing to revoke without a token."""
    answer = visit.probe.post(REVOCATION_PATH, {})
    _refusal(answer, REVOCATION_PATH, HTTPStatus.BAD_REQUEST, "invalid_request")
    return ok(f"{REVOCATION_PATH} refuses whoever shows nothing.")


def admin(visit: Visit) -> Verdict:
    """RFC 6750 section 3: nobody reads trust without a token."""
    answer = visit.probe.get("/admin/v1/issuers")
    _check(answer, "The admin API", HTTPStatus.UNAUTHORIZED)
    if not members(answer, "The admin API's refusal").get("code"):
        return failed("The admin API refuses without a code.", NO_BRIDGE)
    return ok("The admin API refuses whoever shows no token.")


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
        raise Settled(failed(f"{told}: it refuses nobody.", _OPEN))
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise Settled(failed(f"{told}: a redirect, which nobody follows.", OWN_URL))
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise Settled(warning(f"{told}.", f"Repeat in a minute. {_FUNCTION}"))
    raise Settled(failed(f"{told}.", _FUNCTION if answer.status > HTTPStatus.INTERNAL_SERVER_ERROR - 1 else NO_BRIDGE))
