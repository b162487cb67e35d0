"""The audit record of a push. It fills up as things are proven, and is written on every path."""

from hashlib import sha256

from federation.audit.record import AuditRecord
from federation.issuer_keys.pusher import Pusher
from federation.issuer_keys.request import KeyPush
from federation.issuer_keys.succession import Succession, Successors, describe
from federation.model.json import Json, JsonObject
from federation.oauth.http import HttpRequest
from federation.ports import AuditLog, Clock

OUTCOME = "keys_pushed"


class PushRecord(AuditRecord):
    """What is known about a push so far."""

    def __init__(self, http: HttpRequest, log: AuditLog, clock: Clock) -> None:
        super().__init__(http, log, clock)
        self.push: KeyPush | None = None
        self.pusher: Pusher | None = None
        self.successors: Successors | None = None
        self.succession: Succession | None = None

    def accepted(self, record_id: str) -> JsonObject:
        """The record of keys that are about to be trusted. `record_id`: names the record where a jti names others."""
        return {**self._facts(), "outcome": OUTCOME, "jti": record_id}

    def _facts(self) -> dict[str, Json]:
        facts = super()._facts() | {"operation": "push_keys"}
        if self.push:
            facts |= {"issuer": self.push.issuer, "jwks_sha256": sha256(self.push.body).hexdigest()}
        if self.pusher:
            facts |= self.pusher.facts | {"issuer_version": self.pusher.issuer.version}
        if self.successors and self.succession:
            facts |= describe(self.successors, self.succession)
        return facts
