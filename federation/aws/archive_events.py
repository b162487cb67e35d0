"""Happenings in an event of the audit table's stream (DynamoDB Streams, NEW_AND_OLD_IMAGES)."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from federation.audit.segment import canonical
from federation.model.archive import Happening, What
from federation.model.json import JsonObject

_WHAT: Mapping[str, What] = {"INSERT": "recorded", "MODIFY": "changed", "REMOVE": "removed"}


def happenings(event: object) -> Iterator[Happening]:
    """Every one, in the stream's order; an event of something else has none.

    What cannot be read is told as well, by the digest of what stood there: nothing stops the archive, and nobody gets
    past it by writing what it does not understand.
    """
    records: Any = event.get("Records", ()) if isinstance(event, Mapping) else ()
    for record in records:
        yield _happening(record)


def _happening(record: Any) -> Happening:  # noqa: ANN401 (JSON of AWS)
    change = record["dynamodb"]
    image = change.get("NewImage") or change.get("OldImage") or change.get("Keys") or {}
    return Happening(
        event=record["eventID"],
        what=_WHAT[record["eventName"]],
        at=int(change.get("ApproximateCreationDateTime", 0)),
        jti=_text(image, "jti"),
        record=_record(image),
    )


def _record(image: Mapping[str, Any]) -> JsonObject:
    """The record as the ledger wrote it, with what became of it since."""
    named = {name: _text(image, name) for name in ("outcome", "discard_reason") if _text(image, name)}
    return {**_entry(image), **named}


def _entry(image: Mapping[str, Any]) -> JsonObject:
    if "entry" not in image:  # discarded before it was written
        return {"jti": _text(image, "jti")}
    try:
        entry = json.loads(image["entry"]["S"])
        canonical(entry)  # whatever comes back must be written again: no NaN, however it was spelled
    except (KeyError, RecursionError, TypeError, ValueError):
        entry = None
    if isinstance(entry, dict):
        return entry
    stands = json.dumps(image, sort_keys=True, default=str)
    return {"unreadable": sha256(stands.encode()).hexdigest()}


def _text(image: Mapping[str, Any], name: str) -> str:
    value = image.get(name)
    text = value.get("S") if isinstance(value, Mapping) else None
    return text if isinstance(text, str) else ""
