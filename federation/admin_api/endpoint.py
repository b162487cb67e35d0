"""The admin API: HTTP in, HTTP out, a record of each refusal, and no way for an exception to leave."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from federation.admin_api.guard import Admin, Guard
from federation.admin_api.idempotency import OnceOnly, Replayed
from federation.admin_api.models import ProblemShown, RefusalShown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter, read_body, read_query
from federation.admin_api.refusals import AdminRefusal
from federation.audit.record import AuditRecord
from federation.limits.admins import AdminLimits
from federation.model.documents import CorruptDocument
from federation.model.json import Json
from federation.oauth.errors import OAuthError, ServerError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.reasons import Reason
from federation.ports import AuditLog, Clock

PREFIX = "/admin/v1"

_VARIABLE = re.compile(r"\{(\w+)\}")


class Routed(Struct, frozen=True):
    """The operation, and what the variables of its path stand for."""

    operation: Operation
    path: Mapping[str, str]


class Router(Struct, frozen=True, dict=True):
    """Knows every operation. Says nothing that openapi.json does not say to everybody."""

    operations: Sequence[Operation]

    def route(self, method: str, path: str) -> Routed:
        """Raises AdminRefusal: 404, 400 for an id that none has, 405."""
        found: dict[str, Routed] = {}
        for operation, variables in self._at(path):  # where two fit, the first one answers
            found.setdefault(operation.method, Routed(operation, variables))
        if not found:
            raise self._nowhere(path)
        if method not in found:
            headers = {"allow": ", ".join(sorted(found))}
            raise AdminRefusal(HTTPStatus.METHOD_NOT_ALLOWED, Reason.WRONG_METHOD, headers=headers)
        _check_variables(found[method].operation, found[method].path)
        return found[method]

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], Operation]]:
        # Literal segments before variables: `/approvals/x/approve` is none of `/approvals/{id}`'s.
        ordered = sorted(self.operations, key=lambda one: len(_VARIABLE.findall(one.path)))
        return [(_pattern(operation.path), operation) for operation in ordered]

    def _at(self, path: str) -> list[tuple[Operation, Mapping[str, str]]]:
        matches = [(one, match) for template, one in self._templates if (match := template.fullmatch(path))]
        fewest = min((len(match.groupdict()) for _, match in matches), default=0)
        return [(one, match.groupdict()) for one, match in matches if len(match.groupdict()) == fewest]

    def _nowhere(self, path: str) -> AdminRefusal:
        """400 below something that is there: the rest of the path is meant for an id, and is none (ATTACKS O7)."""
        named = (one.path.split("{")[0] for one in self.operations if "{" in one.path)
        collections = {PREFIX + collection for collection in named if collection != "/"}
        if any(path.startswith(collection) for collection in collections):
            return AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_PATH)
        return AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_RESOURCE)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _VARIABLE.split(PREFIX + template)
    return re.compile("".join(f"(?P<{piece}>[^/]+)" if odd else re.escape(piece) for odd, piece in _odd(pieces)))


def _odd(pieces: Sequence[str]) -> list[tuple[bool, str]]:
    return [(position % 2 == 1, piece) for position, piece in enumerate(pieces)]


def _check_variables(operation: Operation, path: Mapping[str, str]) -> None:
    for variable in operation.variables:
        if not re.fullmatch(variable.pattern, path[variable.name]):
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_PATH, _explained(variable))


def _explained(variable: Parameter) -> str:
    return f"{variable.name}: {variable.description}"


class AdminRecord(AuditRecord):
    """What is known about it so far; nothing of what was sent, but for the operation that it names."""

    def __init__(self, http: HttpRequest, log: AuditLog, clock: Clock) -> None:
        super().__init__(http, log, clock)
        self.operation: Operation | None = None
        self.admin: Admin | None = None

    def _facts(self) -> dict[str, Json]:
        facts = super()._facts() | {"operation": self.operation.name if self.operation else "admin"}
        if self.admin is None:
            return facts
        return facts | {"principal": self.admin.principal, "tenant": self.admin.tenant}


_NOBODY = Admin("", frozenset())
_HEADERS = {
    "cache-control": "no-store",
    # What is stored is never more than text (ATTACKS O8).
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class AdminEndpoint(Struct, frozen=True):
    """`/admin/v1/...`."""

    router: Router
    guard: Guard
    limits: AdminLimits
    once: OnceOnly
    log: AuditLog
    clock: Clock
    error_page: str
    """URL of the page that explains every reason."""

    def handle(self, http: HttpRequest) -> HttpResponse:
        """The answer to any request, however broken."""
        try:
            with AdminRecord(http, self.log, self.clock) as record:
                answer = self._answer(http, record)
        except OAuthError as refusal:
            return _problem(refusal, http, self.error_page)
        if isinstance(answer, Replayed):
            return _response(answer.status, answer.body, http, {"idempotency-replayed": "true"})
        return _response(answer.status, answer.rendered(), http, answer.headers)

    def _answer(self, http: HttpRequest, record: AdminRecord) -> Answer | Replayed:
        routed = self.router.route(http.method, http.path)
        record.operation = operation = routed.operation
        # Who asks comes first: only an admin learns what is wrong with the request.
        record.admin = admin = self._admitted(http, operation.scope) if operation.scope else None
        request = AdminRequest(http, admin or _NOBODY, routed.path, read_query(http, operation))
        request = replace(request, body=read_body(http, operation))
        try:
            return self.once.answer(request, operation.answer) if operation.is_action else operation.answer(request)
        except CorruptDocument as error:  # which one it is may be another tenant's to know: the record says so
            raise ServerError(Reason.UNREADABLE_DOCUMENT, str(error)) from error

    def _admitted(self, http: HttpRequest, scope: str) -> Admin:
        self.limits.check_source_rate(http.source_ip)
        admin = self.guard.admit(http, scope)
        self.limits.admit(admin.principal, admin.tenant)
        return admin


def _problem(refusal: OAuthError, http: HttpRequest, error_page: str) -> HttpResponse:
    """RFC 9457."""
    told: dict[str, Any] = {}
    if isinstance(refusal, AdminRefusal):
        told |= {"detail": refusal.explained} if refusal.explained else {}
        told |= {"errors": [ProblemShown.of(one) for one in refusal.problems]} if refusal.problems else {}
    shown = RefusalShown(
        type=f"{error_page}#{refusal.reason.value}",
        title=refusal.reason.advice,
        status=refusal.http_status,
        instance=http.correlation_id,
        code=refusal.reason.value,
        correlation_id=http.correlation_id,
        **told,
    )
    answer = Answer(HTTPStatus(refusal.http_status), shown, refusal.headers)
    return _response(answer.status, answer.rendered(), http, answer.headers, "application/problem+json")


def _response(
    status: int, body: bytes, http: HttpRequest, headers: Mapping[str, str], content_type: str = "application/json"
) -> HttpResponse:
    typed = {"content-type": content_type} if body else {}
    return HttpResponse(status, body, {**_HEADERS, **typed, "x-correlation-id": http.correlation_id, **headers})
