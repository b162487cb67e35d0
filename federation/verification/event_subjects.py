"""Whom a security event is about: one subject of the issuer that sent it (RFC 9493, SSF 1.0 section 3)."""

from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json, JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims import read_subject

COMPLEX = frozenset({"format", "user", "device", "session", "application", "tenant", "org_unit", "group"})
"""Members of a complex subject. `user` says whose tokens die, whatever else narrows the event."""


def event_subject(claims: Claims, event: JsonObject, issuer: str) -> str:
    """The `sub` that it names; raises InvalidRequest. `issuer`: `iss` of its sender.

    Drafts of SSF before 1.0 have it in the event, as `subject`.
    """
    if "sub_id" in claims and "subject" in event:
        raise InvalidRequest(Reason.EVENT_SUBJECT_UNUSABLE, "both sub_id and subject")
    named = _object(claims["sub_id"] if "sub_id" in claims else event.get("subject"))
    if named.get("format") == "complex":
        if unknown := sorted(named.keys() - COMPLEX):
            raise InvalidRequest(Reason.EVENT_SUBJECT_UNUSABLE, f"{len(unknown)} unknown members")
        named = _object(named.get("user"))
    return read_subject({"sub": _simple(named, issuer)})


def _simple(named: JsonObject, issuer: str) -> Json:
    if named.get("format") == "iss_sub" and named.keys() == {"format", "iss", "sub"}:
        if named["iss"] != issuer:
            raise InvalidRequest(Reason.EVENT_OF_ANOTHER_SUBJECT, "iss of the subject is another issuer")
        return named["sub"]
    if named.get("format") == "opaque" and named.keys() == {"format", "id"}:
        return named["id"]
    raise InvalidRequest(Reason.EVENT_SUBJECT_UNUSABLE, "neither iss_sub nor opaque")


def _object(value: Json) -> JsonObject:
    if not isinstance(value, ReadOnly):
        raise InvalidRequest(Reason.EVENT_SUBJECT_UNUSABLE, "no subject identifier")
    return value
