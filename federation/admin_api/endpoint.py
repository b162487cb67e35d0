"""The admin API: HTTP in, HTTP out, and no way for an exception to leave."""

import json
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from federation.admin_api.admin import Admin
from federation.admin_api.arrival import read_body, read_query
from federation.admin_api.guard import Guard
from federation.admin_api.idempotency import OnceOnly, Replayed
from federation.admin_api.operation import AdminRequest, Answer
from federation.admin_api.record import AdminRecord
from federation.admin_api.refusals import AdminRefusal
from federation.admin_api.router import Router
from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.ports import AuditLog, Clock

_NOBODY = Admin("", frozenset())
_HEADERS = {
    "cache-control": "no-store",
    # What somebody stored is never more than text (ATTACKS O8).
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class AdminEndpoint(Struct, frozen=True):
    """`/admin/v1/...`."""

    router: Router
    guard: Guard
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
        # Who asks comes first: nobody else learns what is wrong with their request.
        record.admin = admin = self.guard.admit(http, operation.scope) if operation.scope else None
        request = AdminRequest(http, admin or _NOBODY, routed.path, read_query(http, operation))
        request = replace(request, body=read_body(http, operation))
        return self.once.answer(request, operation.handle) if operation.is_action else operation.handle(request)


def _problem(refusal: OAuthError, http: HttpRequest, error_page: str) -> HttpResponse:
    """RFC 9457."""
    explained = refusal.explained if isinstance(refusal, AdminRefusal) else ""
    body = {
        "type": f"{error_page}#{refusal.reason.value}",
        "title": refusal.reason.advice,
        "status": refusal.http_status,
        **({"detail": explained} if explained else {}),
        "instance": http.correlation_id,
        "code": refusal.reason.value,
        "correlation_id": http.correlation_id,
        **({"errors": refusal.shown} if isinstance(refusal, AdminRefusal) and refusal.problems else {}),
    }
    content = json.dumps(body, separators=(",", ":")).encode()
    return _response(refusal.http_status, content, http, refusal.headers, "application/problem+json")


def _response(
    status: int, body: bytes, http: HttpRequest, headers: Mapping[str, str], content_type: str = "application/json"
) -> HttpResponse:
    typed = {"content-type": content_type} if body else {}
    return HttpResponse(status, body, {**_HEADERS, **typed, "x-correlation-id": http.correlation_id, **headers})
