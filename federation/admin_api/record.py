"""The audit record of a request to the admin API that was refused; what it changed is in the history of documents."""

from federation.admin_api.admin import Admin
from federation.admin_api.operation import Operation
from federation.audit.record import AuditRecord
from federation.model.json import Json
from federation.oauth.http import HttpRequest
from federation.ports import AuditLog, Clock


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
