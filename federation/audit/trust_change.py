"""Records of writes of trust: one for each version of a document, deletions included. They are its history as well."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from federation.audit.event import event
from federation.audit.segment import canonical
from federation.model.confirmation import CONFIRMATION
from federation.model.documents import CorruptDocument
from federation.model.history import Change, PastVersion
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef

TRUST_CHANGED = "trust_changed"
"""Their outcome."""
DOCUMENT = "document"
"""Their member that has all that the document says."""
_PREFIX = "trust-"

Action: TypeAlias = Literal["created", "updated", "confirmed", "deleted"]


def trust_record_id(ref: DocumentRef, version: int) -> str:
    """The `jti` of the record of that version: no token has one of this form."""
    return _PREFIX + sha256(json.dumps([ref.kind, ref.id, version]).encode()).hexdigest()


def is_trust_record(jti: str) -> bool:
    """Whether it is the `jti` of such a record."""
    return jti.startswith(_PREFIX)


def action_of(before: JsonObject | None, after: JsonObject | None) -> Action:
    """What a write does. None: there is no document then."""
    if after is None:
        return "deleted"
    if before is None:
        return "created"
    confirmed = CONFIRMATION in after and before.get(CONFIRMATION) != after[CONFIRMATION]
    return "confirmed" if confirmed else "updated"


def trust_record(past: PastVersion, action: Action, tenant: str | None) -> dict[str, Json]:
    """The record of that version. `tenant`: of the document; None: it is shared, or its issuer is gone."""
    jti, change = trust_record_id(past.ref, past.version), past.change
    entry: dict[str, Json] = {
        "jti": jti,
        "outcome": TRUST_CHANGED,
        "time": change.when,
        "action": action,
        "kind": past.ref.kind.value,
        "id": past.ref.id,
        "version": past.version,
        "tenant": tenant,
        "changed_by": change.who,
        "changer_tenant": change.tenant,
        "changer_actors": list(change.actors),
        "changer_subjects": list(change.subjects),
        "reason": change.why,
        "document_digest": None if past.body is None else sha256(canonical(past.body)).hexdigest(),
        DOCUMENT: past.body,
    }
    return event(entry, datetime.fromisoformat(change.when).timestamp(), change.who, change.request or jti)


def version_recorded(ref: DocumentRef, version: int, entry: Mapping[str, Any]) -> PastVersion:
    """The version that such a record is about; raises CorruptDocument where it is about another, or unreadable."""
    try:
        found = PastVersion(ref, version, entry[DOCUMENT], _change(entry))
        sound = trust_record(found, entry["action"], entry["tenant"])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise unreadable_version(ref, version, error) from error
    if any(entry.get(name) != sound[name] for name in ("kind", "id", "version", "document_digest")):
        raise unreadable_version(ref, version, "its record is about something else")
    return found


def unreadable_version(ref: DocumentRef, version: int, why: object) -> CorruptDocument:
    """A version of which the trail has no sound record."""
    return CorruptDocument(f"{ref.kind} {ref.id} version {version} in its history: {why!r}")


def _change(entry: Mapping[str, Any]) -> Change:
    request = "" if entry["correlation_id"] == entry["jti"] else str(entry["correlation_id"])
    actors, subjects = (tuple(map(str, entry.get(name, ()))) for name in ("changer_actors", "changer_subjects"))
    who, when, why = entry["changed_by"], entry["time"], entry["reason"]
    return Change(who, when, why, request, actors, entry["changer_tenant"], subjects)
