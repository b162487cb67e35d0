"""Records as items of the audit table.

pk = ("issued", jti)    entry, what a search looks for, and what the index of recent ones needs
"""

import json

from msgspec.json import encode

from federation.aws.issued_tokens import KEYS, recent_attributes
from federation.aws.items import Item, Key, item_key
from federation.model.json import Json, JsonObject

SEARCHABLE = ("jti", "txn", "correlation_id", "principal", "issuer", "client_id", "time", "outcome")
"""Members of the record that are attributes of their own; `entry` holds the whole record as JSON."""


def record_key(jti: str) -> Key:
    """Where the record of that name lies."""
    return {"pk": {"S": item_key("issued", jti)}}


def record_item(entry: JsonObject) -> Item:
    """All of it."""
    whole = {"entry": {"S": _json({name: value for name, value in entry.items() if name != KEYS})}}
    return record_key(str(entry["jti"])) | _searchable(entry) | recent_attributes(entry) | whole


def text(value: Json) -> dict[str, str]:
    """A typed value."""
    return {"S": str(value)}


def _searchable(entry: JsonObject) -> Item:
    return {name: text(entry[name]) for name in SEARCHABLE if entry.get(name) not in (None, "")}


def _json(entry: JsonObject) -> str:
    """ASCII, whatever a caller put into a field."""
    try:
        written = encode(entry).decode()
    except ValueError:
        return json.dumps(entry)
    return written if written.isascii() else json.dumps(entry)
