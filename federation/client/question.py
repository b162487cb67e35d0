"""A request that was made, by its record in the trail, as a question for `POST /admin/v1/explain`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from federation.client.admin import AdminApi, AdminRefused
from federation.model.client_credentials import CLIENT_ISSUER

NOT_REACHED: Final = "not reached"
"""What `explain` says of the steps behind the one that refuses."""


class NotProven(Exception):
    """The record has no identity: no step of that request can be tried again."""


def record_of(api: AdminApi, correlation_id: str) -> Mapping[str, Any] | None:
    """What the trail knows of that request; None: nothing. Raises AdminRefused, OSError."""
    try:
        items = api.get("/audit", {"correlation_id": correlation_id}).members["items"]
    except AdminRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        items = []
    return items[0] if items else None


def told(record: Mapping[str, Any]) -> str:
    """When it was, and how it came out."""
    words = [str(record[name]) for name in ("outcome", "reason", "detail") if record.get(name)]
    return f"{record.get('time', '')} {': '.join(words)}".strip()


def question_again(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same question; raises NotProven."""
    claims = record.get("claims")
    if not isinstance(claims, Mapping) or not claims:
        raise NotProven("no step can be tried again: no identity was proven in that request")
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


_PROOFS: Final = {"dpop_jkt": "dpop", "certificate_thumbprint": "mtls"}


def _identity(record: Mapping[str, Any], claims: str, issuer: str) -> dict[str, Any]:
    """What proved it: the claims that identify it, and the Issuer document where they name none themselves."""
    known = dict(record[claims])
    if "iss" in known:
        return {"claims": known}
    if claims == "claims" and str(record.get("issuer_url", "")).startswith("http"):
        return {"claims": {"iss": record["issuer_url"], **known}}
    return {"claims": known, **({"issuer": record[issuer]} if record.get(issuer) else {})}


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return " ".join(map(str, value)) or None
    return value if isinstance(value, str) and value else None
