"""Records of the trail as OCSF 1.3 events, which SIEMs and security lakes read.

An exchange, allowed or refused, is Authentication (class 3002); whatever else was done, to trust, approvals, tokens or
keys, is API Activity (class 6003). What the classes have no place for stands under `unmapped`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from federation.version import VERSION

SCHEMA = "1.3.0"
PRODUCT = "federation-bridge"
_AUTHENTICATION, _API_ACTIVITY = 3002, 6003
_LOGON = 1
_OTHER = 99
_OAUTH = 6
_INFORMATIONAL, _LOW, _MEDIUM = 1, 2, 3
_SUCCESS, _FAILURE = 1, 2
_OF_TOKENS = frozenset({"allow", "discarded", "deny", "error"})
_ACTIVITIES = {"created": 1, "updated": 3, "confirmed": 3, "deleted": 4}
"""Create, Update and Delete, as the class numbers them."""
_DOERS = ("changed_by", "revoked_by", "decided_by", "key_order_by", "risk_source", "principal", "client_id", "issuer")
_PLACED = frozenset({"time", "jti", "correlation_id", "source_ip", "user_agent", "principal", "document", "claims"})
"""Members that stand elsewhere in an event, or say more about a person than a SIEM needs."""

_REASONS = ("reason", "discard_reason", "revocation_reason", "risk_reason")
_NOTHING: tuple[object, ...] = (None, [], "")

_Record: TypeAlias = Mapping[str, Any]
_Event: TypeAlias = dict[str, Any]


def ocsf_event(record: _Record) -> _Event:
    """The event of a record of the trail, or of a refusal of the log. No token text: records have none."""
    is_exchange = record.get("outcome") in _OF_TOKENS and record.get("operation") is None
    return _authentication(record) if is_exchange else _api_activity(record)


def _authentication(record: _Record) -> _Event:
    audiences = _texts(record.get("audience")) or _texts(record.get("requested_audience"))
    named = {"name": " ".join(audiences) or "unknown"}
    event = {
        **_common(record, _AUTHENTICATION, 3, _LOGON),
        "activity_name": "Logon",
        "auth_protocol_id": _OAUTH,
        "auth_protocol": "OAUTH 2.0",
        "is_remote": True,
        "user": _user(record),
        "service": named,
    }
    if record.get("source_ip"):
        event["src_endpoint"] = {"ip": str(record["source_ip"])}
    actor = _actor(record)
    return {**event, **({"actor": actor} if actor else {}), **_session(record)}


def _api_activity(record: _Record) -> _Event:
    activity = _ACTIVITIES.get(str(record.get("action")), _OTHER)
    operation = " ".join(str(record[name]) for name in ("operation", "outcome", "action", "kind") if record.get(name))
    doer = next((str(record[name]) for name in _DOERS if record.get(name)), "unknown")
    source = str(record.get("source_ip") or "")
    event = {
        **_common(record, _API_ACTIVITY, 6, activity),
        "activity_name": str(record.get("action") or record.get("outcome") or "unknown"),
        "actor": {"user": {"name": doer, "uid": doer}},
        "api": {
            "operation": operation or "unknown",
            "service": {"name": PRODUCT},
            "request": {"uid": str(record.get("correlation_id") or "unknown")},
        },
        "src_endpoint": {"ip": source} if source else {"svc_name": PRODUCT},
    }
    resource = _resource(record)
    return {**event, **({"resources": [resource]} if resource else {})}


def _common(record: _Record, class_uid: int, category_uid: int, activity: int) -> _Event:
    outcome = str(record.get("outcome"))
    failed = outcome in ("deny", "error", "discarded", "refused")
    severity = _MEDIUM if outcome == "error" else _LOW if failed else _INFORMATIONAL
    event: _Event = {
        "class_uid": class_uid,
        "category_uid": category_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": _milliseconds(record.get("time")),
        "severity_id": severity,
        "status_id": _FAILURE if failed else _SUCCESS,
        "status": "Failure" if failed else "Success",
        "metadata": _metadata(record),
        "unmapped": {
            name: value for name, value in record.items() if name not in _PLACED and value not in (None, [], "")
        },
    }
    detail = next(
        (record[name] for name in ("reason", "discard_reason", "revocation_reason") if record.get(name)), None
    )
    told = {"status_code": record.get("error"), "status_detail": detail}
    return event | {name: str(value) for name, value in told.items() if value}


def _metadata(record: _Record) -> _Event:
    named = {
        "uid": record.get("jti") or record.get("correlation_id"),
        "correlation_uid": record.get("txn") or record.get("correlation_id"),
        "tenant_uid": record.get("tenant"),
        "original_time": record.get("time"),
    }
    product = {"name": PRODUCT, "vendor_name": PRODUCT, "version": VERSION}
    return {"version": SCHEMA, "product": product, **{name: str(value) for name, value in named.items() if value}}


def _user(record: _Record) -> _Event:
    """Whom the token is about, or whom the caller claims to be."""
    subject = record.get("subject")
    name = record.get("principal") or subject or "unknown"
    domain = record.get("issuer_url") or record.get("unverified_issuer")
    named = {"domain": domain, "uid_alt": subject}
    return {
        "name": str(name),
        "uid": str(name),
        "type_id": _OTHER,
        "type": "Workload",
        **{key: str(value) for key, value in named.items() if value},
    }


def _actor(record: _Record) -> _Event:
    """Who acts, and which issuer vouched."""
    acting, issuer = record.get("actor_principal"), record.get("issuer")
    user = {"user": {"name": str(acting), "uid": str(acting)}} if acting else {}
    client = {"app_uid": str(record["client_id"])} if record.get("client_id") else {}
    idp = {"idp": {"uid": str(issuer), "name": str(record.get("issuer_url") or issuer)}} if issuer else {}
    return {**user, **client, **idp} if user or client else {}


def _session(record: _Record) -> _Event:
    if record.get("outcome") != "allow" or not record.get("jti"):
        return {}
    times = {"created_time": record.get("issued_at"), "expiration_time": record.get("expires_at")}
    moments = {name: value * 1000 for name, value in times.items() if isinstance(value, int)}
    return {"session": {"uid": str(record["jti"]), "is_remote": True, **moments}}


def _resource(record: _Record) -> _Event:
    """What was written, revoked or decided."""
    if record.get("kind"):
        version = {"version": str(record["version"])} if record.get("version") else {}
        return {"type": str(record["kind"]), "uid": str(record.get("id")), **version}
    for type_, name in ((record.get("revoked"), "revoked_value"), ("approval", "approval"), ("key", "kid")):
        if type_ and record.get(name):
            return {"type": str(type_), "uid": str(record[name])}
    return {}


def _milliseconds(time: object) -> int:
    """Since the epoch; 0 where a record has no time."""
    return round(datetime.fromisoformat(time).timestamp() * 1000) if isinstance(time, str) and time else 0


def _texts(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
