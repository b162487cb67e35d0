"""What differs between two versions of a document."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from typing import Any

from federation.documents.source import Location, pointer
from federation.model.json import Json, JsonObject


def diff(before: JsonObject | None, after: JsonObject | None) -> list[dict[str, Any]]:
    """Every place that differs: `path` (JSON pointer), and `before` and `after` where there is something."""
    return [{"path": pointer(location), **sides} for location, sides in _changes(before or {}, after or {}, ())]


def _changes(before: Json, after: Json, at: Location) -> Iterator[tuple[Location, dict[str, Json]]]:
    if isinstance(before, ReadOnly) and isinstance(after, ReadOnly):
        for key in sorted({*before, *after}):
            yield from _member(before, after, key, (*at, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(old, new, (*at, number))
    elif type(before) is not type(after) or before != after:
        yield at, {"before": before, "after": after}


def _member(
    before: JsonObject, after: JsonObject, key: str, at: Location
) -> Iterator[tuple[Location, dict[str, Json]]]:
    if key not in before:
        yield at, {"after": after[key]}
    elif key not in after:
        yield at, {"before": before[key]}
    else:
        yield from _changes(before[key], after[key], at)
