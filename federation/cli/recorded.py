"""A request that was made, from the audit trail: what it asked, and who asked, as far as that was proven."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from federation.cli.console import Terminal
from federation.cli.failure import Failed, printable
from federation.client.admin import AdminApi, AdminRefused


def question_of(api: AdminApi, correlation_id: str, terminal: Terminal) -> dict[str, Any]:
    """The same question again; raises Failed where the trail does not know enough, AdminRefused, OSError."""
    record = _record(api, correlation_id)
    told = [str(record[name]) for name in ("outcome", "reason", "detail") if record.get(name)]
    terminal.note(printable(f"{record.get('time', '')} {': '.join(told)}".strip()))
    claims = record.get("claims")
    if not isinstance(claims, Mapping) or not claims:
        raise Failed("nobody's identity was proven in that request", "explain a token of the caller's: --token FILE")
    asked = {
        "audience": _text(record.get("requested_audience") or record.get("audience")),
        "scope": _text(record.get("requested_scope") or record.get("scope")),
        "client": str(record["client_id"]) if "client_method" in record and record.get("client_id") else None,
    }
    actor = record.get("actor_claims")
    acting = {"actor": {"claims": actor}} if isinstance(actor, Mapping) and actor else {}
    issuer = {"iss": record["issuer_url"]} if record.get("issuer_url") else {}
    return {"claims": {**issuer, **claims}, **acting, **{name: value for name, value in asked.items() if value}}


def _record(api: AdminApi, correlation_id: str) -> Mapping[str, Any]:
    try:
        items = api.get("/audit", {"correlation_id": correlation_id}).members["items"]
    except AdminRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        items = []
    if not items:
        raise Failed("the audit trail does not know that request", "explain a token of the caller's: --token FILE")
    record: Mapping[str, Any] = items[0]
    return record


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return " ".join(map(str, value)) or None
    return value if isinstance(value, str) and value else None
