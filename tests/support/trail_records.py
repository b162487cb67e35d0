"""Records of the trail, one of each kind, as the admin API lists them."""

from typing import Any

Record = dict[str, Any]

_REQUEST: Record = {
    "time": "2026-11-30T08:00:00.123+00:00",
    "correlation_id": "c-1",
    "source_ip": "203.0.113.9",
    "user_agent": "curl/8",
    "issuer": "acme",
    "issuer_url": "https://acme.example.com",
    "tenant": "acme",
    "subject": "=cmd|calc",
    "claims": {"email": "ann@acme.example"},
}
TOKEN: Record = {
    **_REQUEST,
    "outcome": "allow",
    "jti": "t-1",
    "txn": "c-1",
    "principal": "user/acme/ann",
    "actor_principal": "agent/planner",
    "client_id": "acme-gateway",
    "mapping": "acme-people",
    "audience": ["payments"],
    "scope": ["pay"],
    "policies": ["default"],
    "issued_at": 1_796_025_600,
    "expires_at": 1_796_025_900,
    "authorization_details": [{"type": "payment", "amount": "12"}],
}
DISCARDED: Record = {**TOKEN, "jti": "t-2", "outcome": "discarded", "discard_reason": "trust_changed"}
REFUSED: Record = {
    **_REQUEST,
    "outcome": "deny",
    "error": "invalid_scope",
    "reason": "scope_not_granted",
    "step": "scopes",
}
UNKNOWN: Record = {
    "time": "2026-11-30T08:00:01.000+00:00",
    "outcome": "error",
    "error": "server_error",
    "correlation_id": "c-2",
}
CHANGED: Record = {
    "time": "2026-11-30T08:00:02+00:00",
    "outcome": "trust_changed",
    "action": "updated",
    "kind": "Mapping",
    "id": "acme-people",
    "version": 4,
    "changed_by": "admin/alice",
    "jti": "trust-" + "0" * 64,
    "correlation_id": "c-3",
    "reason": "ticket 4711",
    "tenant": "acme",
}
REVOKED: Record = {
    "time": "2026-11-30T08:00:03+00:00",
    "outcome": "revoked",
    "operation": "revoke",
    "jti": "r-1",
    "correlation_id": "c-4",
    "source_ip": "203.0.113.9",
    "revoked": "principal",
    "revoked_value": "user/acme/ann",
    "revoked_by": "admin/alice",
    "revocation_reason": "left",
    "tenant": None,
}
APPROVED: Record = {
    "time": "2026-11-30T08:00:04+00:00",
    "outcome": "approved",
    "approval": "a-1",
    "decided_by": "user/acme/boss",
    "jti": "d-1",
    "correlation_id": "c-5",
    "principal": "user/acme/ann",
    "reason": "invoice 7",
}
PUSHED: Record = {**_REQUEST, "outcome": "keys_pushed", "jti": "k-1"}
EVERY = (TOKEN, DISCARDED, REFUSED, UNKNOWN, CHANGED, REVOKED, APPROVED, PUSHED)
