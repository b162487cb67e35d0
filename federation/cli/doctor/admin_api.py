"""The admin API, asked as whoever is logged in here."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from federation.cli.doctor.admin_token import admin_token
from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, resting_on, warning
from federation.cli.doctor.probe import NO_BRIDGE
from federation.cli.doctor.shown import shown
from federation.cli.doctor.unverified import Members
from federation.cli.doctor.visit import Visit
from federation.client.admin import AdminApi, AdminRefused
from federation.client.credential import Credential
from federation.oauth.reasons import Reason

_LOG_IN = "Log in again: fedbridge login. If that does not help, see bridge.clock, and ask another admin."
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def accepted(visit: Visit) -> Verdict:
    """Whether the bridge takes the token, whatever it is good for."""
    try:
        _get(visit, "/issuers", {"limit": "1"})
    except AdminRefused as refused:
        return _judged(refused)
    return ok("The admin API takes the token.")


def scopes(visit: Visit) -> Verdict:
    """What it is good for."""
    _, claims = usable(visit)
    named = _scopes(claims)
    whose = f"the tenant {shown(claims['tenant'])}" if "tenant" in claims else "every tenant"
    if not named:
        return warning("The token has no scope.", "Log in with some: fedbridge login --scope trust:read.")
    return ok(f"The token is for {whose}, with {shown(' '.join(named))}.")


def usable(visit: Visit) -> tuple[Credential, Members]:
    """The credential and its token's claims; raises Settled where nothing can be asked with it."""
    with resting_on("admin.token"):
        return admin_token(visit)


def asked(visit: Visit, path: str, scope: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The members of a good answer to whoever has `scope`; raises Settled."""
    _, claims = usable(visit)
    if scope not in _scopes(claims):
        raise Settled(
            not_checked(f"The token lacks the scope {scope}.", f"Log in with it: --scope {scope}, if granted.")
        )
    try:
        return _get(visit, path, query)
    except AdminRefused as refused:
        told = f"The admin API does not answer {path}: {shown(str(refused.problem.get('code', refused.status)))}."
        raise Settled(not_checked(told, "See admin.accepted.")) from None


def check_global(visit: Visit, what: str) -> None:
    """Raises Settled for a tenant's admin, who does not see everything."""
    _, claims = usable(visit)
    if "tenant" in claims:
        raise Settled(not_checked(f"{what} only an admin sees who is no tenant's.", "Ask such an admin."))


def _get(visit: Visit, path: str, query: Mapping[str, str] | None) -> dict[str, Any]:
    """Raises AdminRefused, Settled."""
    credential, _ = usable(visit)
    answer = AdminApi(visit.bridge, credential, visit.probe.send).get(path, query)
    if answer.status != HTTPStatus.OK or not answer.members:
        raise Settled(failed(f"The admin API answers {path} with HTTP {answer.status} and no JSON object.", NO_BRIDGE))
    return answer.members


def _judged(refused: AdminRefused) -> Verdict:
    code = str(refused.problem.get("code", ""))
    if refused.status == HTTPStatus.FORBIDDEN and code == Reason.MISSING_SCOPE:
        return ok("The admin API takes the token, but not for reading trust.")
    told = f"The admin API refuses the token with HTTP {refused.status} {shown(code)}".rstrip() + "."
    if refused.status in _LATER:
        return not_checked(told, "Wait a little, then repeat.")
    return failed(told, _LOG_IN if refused.status == HTTPStatus.UNAUTHORIZED else NO_BRIDGE)


def _scopes(claims: Members) -> list[str]:
    return str(claims.get("scope", "")).split()
