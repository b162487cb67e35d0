"""The audit record of an introspection: refusals alone are kept, for resource servers ask at every request."""

from federation.audit.record import AuditRecord
from federation.model.json import Json


class IntrospectionRecord(AuditRecord):
    """What is known about an introspection so far; never anything of the token."""

    def _facts(self) -> dict[str, Json]:
        facts = super()._facts() | {"operation": "introspect"}
        return facts | {"client_id": self.client.client_id} if self.client else facts
