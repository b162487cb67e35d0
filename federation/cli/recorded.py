"""A request that was made, from the audit trail: what it asked, and who asked, as far as that was proven."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from federation.cli.console import Terminal
from federation.cli.failure import Failed
from federation.cli.printable import printable
from federation.client.admin import AdminApi, AdminRefused
from federation.model.client_credentials import CLIENT_ISSUER


def question_of(api: AdminApi, correlation_id: str, terminal: Terminal) -> dict[str, Any]:
    """The same question again; raises Failed where the trail does not know enough, AdminRefused, OSError."""
    record = _record(api, correlation_id)
    told = [str(record[name]) for name in ("outcome", "reason", "detail") if record.get(name)]
    terminal.note(printable(f"{record.get('time', '')} {': '.join(told)}".strip()))
    claims = record.get("claims")
    if not isinstance(claims, Mapping) or not claims:
        raise Failed(
            "no step can be tried again: nobody's identity was proven in that request",
            "mend what the line above says, or explain a token of the caller's: --token FILE --audience ID",
        )
    asked = {
        "audience": _text(record.get("requested_audience") or record.get("audience")),
        "resource": record.get("requested_resource"),
        "scope": _text(record.get("requested_scope")),
        "client": record.get("client_id") if "client_method" in record else None,
        "ip": record.get("source_ip"),
        "proof": next((kind for name, kind in _PROOFS.items() if record.get(name)), None),
    }
    return {
        **({} if record.get("issuer") == CLIENT_ISSUER else _identity(record, "claims", "issuer")),
        **({"actor": _identity(record, "actor_claims", "actor_issuer")} if record.get("actor_claims") else {}),
        **{name: value for name, value in asked.items() if value},
    }


_PROOFS = {"dpop_jkt": "dpop", "certificate_thumbprint": "mtls"}


def _identity(record: Mapping[str, Any], claims: str, issuer: str) -> dict[str, Any]:
    """What proved it: the claims that identify it, and the Issuer document where they name none themselves."""
    known = dict(record[claims])
    if "iss" in known:
        return {"claims": known}
    if claims == "claims" and str(record.get("issuer_url", "")).startswith("http"):
        return {"claims": {"iss": record["issuer_url"], **known}}
    return {"claims": known, **({"issuer": record[issuer]} if record.get(issuer) else {})}


def _record(api: AdminApi, correlation_id: str) -> Mapping[str, Any]:
    try:
        items = api.get("/audit", {"correlation_id": correlation_id}).members["items"]
    except AdminRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        items = []
    if not items:
        raise Failed(
            "the audit trail does not know that request",
            "look at the id and the bridge's URL, or explain a token of the caller's: --token FILE --audience ID",
        )
    record: Mapping[str, Any] = items[0]
    return record


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return " ".join(map(str, value)) or None
    return value if isinstance(value, str) and value else None
