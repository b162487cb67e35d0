"""The audit record of a revocation: one line, whether it was done or refused."""

from federation.audit.record import AuditRecord
from federation.model.json import Json, JsonObject
from federation.model.own_claims import OwnClaims
from federation.oauth.http import HttpRequest
from federation.ports import AuditLog, Clock


class RevocationRecord(AuditRecord):
    """What is known about a revocation so far."""

    def __init__(self, http: HttpRequest, log: AuditLog, clock: Clock) -> None:
        super().__init__(http, log, clock)
        self.token: OwnClaims | None = None

    @property
    def facts(self) -> JsonObject:
        """For the record of what is about to be revoked."""
        return self._facts()

    def _facts(self) -> dict[str, Json]:
        facts = super()._facts() | {"operation": "revoke"}
        if self.client:
            facts |= {"client_id": self.client.client_id}
        if self.token:
            facts |= {"parent_jti": self.token.jti, "txn": self.token.transaction, "principal": self.token.principal}
        return facts
