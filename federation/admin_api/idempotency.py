"""Actions that were named by their caller are done once, also if an answer is lost (ATTACKS O9)."""

import re
from hashlib import sha256
from http import HTTPStatus

from msgspec import Struct

from federation.admin_api.operation import AdminRequest, Answer, Handle
from federation.admin_api.refusals import AdminRefusal, conflict
from federation.oauth.reasons import Reason
from federation.ports import RememberedAnswer, RememberedAnswers, StillRunning, UnlikeRequest

HEADER = "idempotency-key"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Replayed(Struct, frozen=True):
    """An answer as it was given."""

    status: int
    body: bytes


class OnceOnly(Struct, frozen=True):
    """Remembers what actions were answered with. Refusals are not remembered: nothing was done."""

    answers: RememberedAnswers

    def answer(self, request: AdminRequest, handle: Handle) -> Answer | Replayed:
        """What `handle` answers, now or the first time; raises AdminRefusal, and what `handle` raises."""
        name = request.http.headers.get(HEADER)
        if name is None:
            return handle(request)
        key = _key(request, name)
        if remembered := self._begin(request, key):
            return Replayed(remembered.status, remembered.body)
        try:
            answer = handle(request)
        except BaseException:
            self.answers.forget(key)
            raise
        self.answers.finish(key, RememberedAnswer(answer.status, answer.rendered()))
        return answer

    def _begin(self, request: AdminRequest, key: tuple[str, ...]) -> RememberedAnswer | None:
        try:
            return self.answers.begin(key, _digest(request))
        except UnlikeRequest:
            raise AdminRefusal(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.KEY_OF_ANOTHER_REQUEST) from None
        except StillRunning:
            raise conflict(Reason.STILL_RUNNING) from None


def _key(request: AdminRequest, name: str) -> tuple[str, ...]:
    """Everybody names their own requests."""
    if not _KEY.fullmatch(name):
        raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_IDEMPOTENCY_KEY)
    return (request.admin.tenant or "", request.admin.principal, name)


def _digest(request: AdminRequest) -> str:
    described = "\n".join((request.http.path, request.http.query, request.http.headers.get("if-match", "")))
    return sha256(described.encode() + b"\n" + request.http.body).hexdigest()
