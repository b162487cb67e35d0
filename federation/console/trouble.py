"""What went wrong, as a page says it: what, and what to do next."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from federation.client.admin import AdminRefused


class NotConnected(Exception):
    """There is no login to ask the bridge with. `next_`: what to do."""

    def __init__(self, message: str, next_: str = "") -> None:
        super().__init__(message)
        self.next = next_


class Unclear(Exception):
    """A page was asked for what it cannot mean; says what is wrong."""


class Trouble(Struct, frozen=True):
    """A problem as people are told it."""

    heading: str
    next: str
    status: int
    """Of the page."""
    code: str = ""
    """The bridge's own name for it."""
    correlation_id: str = ""
    errors: Sequence[Mapping[str, Any]] = ()
    """Places in what was sent: `pointer`, `document`, `detail`, `hint`."""
    command: str = ""
    """To be run in a terminal."""


def trouble_of(error: Exception, bridge: str) -> Trouble | None:
    """None: it is a fault of our own. `bridge`: its URL."""
    if isinstance(error, AdminRefused):
        return _refused(error, bridge)
    if isinstance(error, NotConnected):
        return Trouble(str(error), error.next or _LOGIN, HTTPStatus.UNAUTHORIZED, command=_login(bridge))
    if isinstance(error, Unclear):
        return Trouble(str(error), "Go back and mend it.", HTTPStatus.BAD_REQUEST)
    if isinstance(error, TimeoutError):
        return Trouble(f"{bridge} did not answer in time", _SLOW, HTTPStatus.GATEWAY_TIMEOUT)
    if isinstance(error, OSError):
        return Trouble(f"No bridge answers at {bridge}", _GONE, HTTPStatus.BAD_GATEWAY)
    return None


def fault(correlation_id: str) -> Trouble:
    """Of our own."""
    return Trouble(
        "The console failed",
        "Reload the page. If it fails again, look at what fedbridge console wrote in its terminal, under this id.",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        correlation_id=correlation_id,
    )


def _refused(refused: AdminRefused, bridge: str) -> Trouble:
    code = str(refused.problem.get("code", ""))
    errors = refused.problem.get("errors")
    ended = refused.status == HTTPStatus.UNAUTHORIZED
    return Trouble(
        "Your login at the bridge has ended" if ended else str(refused),
        _NEXT_BY_CODE.get(code) or _NEXT.get(refused.status, "Go back and try again."),
        refused.status,
        code,
        refused.correlation_id or str(refused.problem.get("correlation_id", "")),
        errors if isinstance(errors, list) else (),
        _login(bridge) if ended else "",
    )


def _login(bridge: str) -> str:
    return f"fedbridge login --url {bridge}"


_LOGIN: Final = "Log in again in a terminal, then reload this page. The console takes the new login by itself."
_SLOW: Final = "Look whether what you asked for was done, then reload this page or ask for less."
_GONE: Final = "See that the bridge runs and that this machine reaches it, then reload this page. Nothing was done."

_NEXT_BY_CODE: Final[Mapping[str, str]] = {
    "own_way_in": "Make a second way in, log in by it, and write this then; or ask another admin to.",
    "last_admin": "Make another admin first.",
    "new_admin": "Ask an admin who was one before.",
    "own_document": "Ask another admin: it waits on their page Trust, under Waiting.",
    "own_request": "Ask somebody else who may decide.",
    "outside_tenant": "Ask a global admin.",
    "beyond_own_rights": "Ask an admin who has these rights.",
    "cannot_confirm": "Look at what waits, and at its version.",
    "revision_moved": "Trust was changed meanwhile. Plan again.",
    "already_decided": "Look at what was said.",
    "no_such_record": "Look at the id and the bridge's URL.",
    "missing_scope": "Log in with the scope that this takes, or ask an admin who has it.",
}
_NEXT: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "Mend what was asked.",
    HTTPStatus.UNAUTHORIZED: _LOGIN,
    HTTPStatus.FORBIDDEN: "Log in with the scope that this takes, or ask an admin who has it.",
    HTTPStatus.NOT_FOUND: "Look at the name. What was deleted is in its history.",
    HTTPStatus.CONFLICT: "Look at what stands now, then repeat.",
    HTTPStatus.PRECONDITION_FAILED: "It was written meanwhile. Look at what stands now, then repeat.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Mend the places that are listed here.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait a little, then reload this page.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Wait a little, then reload this page.",
}
