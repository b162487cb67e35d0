"""The signed lists of what was revoked, read as services read them that verify offline."""

from http import HTTPStatus

from federation.cli.doctor.finding import Settled, Verdict, failed, ok, warning
from federation.cli.doctor.unverified import read_unverified
from federation.cli.doctor.visit import Visit
from federation.model.status import SPAN, list_path
from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.jwts import BridgeJwts, BridgeKeys
from federation.resource_server.status_lists import StatusLists
from federation.resource_server.verifier import CLOCK_SKEW

OLD = 10 * 60
"""Seconds: a list is signed anew after five minutes, and nobody believes it after fifteen."""
_STATUS = "Invoke the stack's StatusFunction, and look at its alarms: it signs these lists."


def status_list(visit: Visit) -> Verdict:
    """Those of tokens that end in this hour and in the next, in which tokens of now end."""
    hour = int(visit.now()) // SPAN
    ages = [_age(visit, visit.bridge + list_path(each)) for each in (hour, hour + 1)]
    if max(ages) > OLD:
        return warning(f"A list is {max(ages) // 60} minutes old; after fifteen, services refuse every token.", _STATUS)
    return ok(f"Services learn what is revoked: the lists are signed, and at most {max(ages)} s old.")


def _age(visit: Visit, url: str) -> int:
    """Seconds; raises Settled for a list that no service would believe."""
    lists = StatusLists(
        BridgeJwts(BridgeKeys(visit.bridge, lambda asked: _fetched(visit, asked), visit.now), CLOCK_SKEW)
    )
    try:
        lists.check({"status": {"status_list": {"uri": url, "idx": 0}}})
    except InvalidToken:
        pass  # that place is set, so the list was read
    except TemporarilyUnavailable as error:
        raise Settled(_refused(error)) from None
    _, claims = read_unverified(_fetched(visit, url).decode("ascii"))
    return max(0, int(visit.now()) - int(claims["iat"]))


def _fetched(visit: Visit, url: str) -> bytes:
    answer = visit.probe.get(url.removeprefix(visit.bridge))
    if answer.status != HTTPStatus.OK:
        raise Settled(failed(f"{url} is answered with HTTP {answer.status}: services refuse every token.", _STATUS))
    return answer.body


def _refused(error: TemporarilyUnavailable) -> Verdict:
    why = error.__cause__.reason.value if isinstance(error.__cause__, OAuthError) else Reason.STATUS_UNAVAILABLE.value
    if why in (Reason.TOKEN_NOT_YET_VALID, Reason.TOKEN_EXPIRED):
        return failed("By this machine's clock a list is not valid now, so services would refuse every token.", _STATUS)
    return failed(f"A list cannot be believed ({why}): services refuse every token.", _STATUS)
