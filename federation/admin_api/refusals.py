"""Refusals of the admin API: a reason as everywhere, and for an admin's eyes what exactly is wrong and where."""

from collections.abc import Sequence
from http import HTTPStatus

from federation.documents.source import Problem
from federation.oauth.errors import OAuthError
from federation.oauth.reasons import Reason


class AdminRefusal(OAuthError):
    """Nothing was changed. `problems`: places in what was sent, `file` being the place of the document in the body."""

    error = "invalid_request"

    def __init__(
        self,
        status: HTTPStatus,
        reason: Reason,
        explained: str = "",
        problems: Sequence[Problem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """`explained`: for the admin, beside the advice of the reason."""
        super().__init__(reason, explained, status=status)
        self.explained = explained
        self.problems = tuple(problems)
        self._headers = headers or {}

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that this refusal asks for."""
        return self._headers


def wrong(pointer: str, message: str, hint: str = "") -> AdminRefusal:
    """422: the body is JSON, but not what is needed there."""
    return invalid([Problem("", 0, "", pointer, message, hint)])


def invalid(problems: Sequence[Problem]) -> AdminRefusal:
    """422: everything that is to be mended."""
    return AdminRefusal(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.INVALID_DOCUMENT, "", problems)


def not_found(near: str | None = None, reason: Reason = Reason.NO_SUCH_DOCUMENT) -> AdminRefusal:
    """404, whether it is not there or is not theirs to see. `near`: a name that they may see, and perhaps meant."""
    return AdminRefusal(HTTPStatus.NOT_FOUND, reason, f"did you mean {near}?" if near else "")


def forbidden(reason: Reason, explained: str = "") -> AdminRefusal:
    """403."""
    return AdminRefusal(HTTPStatus.FORBIDDEN, reason, explained)


def conflict(reason: Reason, explained: str = "") -> AdminRefusal:
    """409."""
    return AdminRefusal(HTTPStatus.CONFLICT, reason, explained)


def stale() -> AdminRefusal:
    """412."""
    return AdminRefusal(HTTPStatus.PRECONDITION_FAILED, Reason.STALE_VERSION)
