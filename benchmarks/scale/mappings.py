"""Mappings as an admin writes them, and the very items that the writer makes of them."""

from collections.abc import Iterator
from typing import Any

from benchmarks.trust import GRANTS
from federation.aws.items import Item
from federation.aws.places import places_of
from federation.aws.trust_writes import Marker, TrustWrites
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import Json
from federation.model.trust import Kind, Selector

ISSUER = "idp"
_MARKER = Marker(0, "1-loaded")
LOADED = Change("benchmark", "2026-01-01T00:00:00Z", "loaded")


def body(number: int) -> dict[str, Json]:
    """A mapping of one workload."""
    return {
        "kind": "Mapping",
        "id": f"m-{number:07d}",
        "issuer": ISSUER,
        "match": {"sub": f"worker-{number}"},
        "principal": f"partner/worker-{number}",
        "grants": GRANTS,
    }


def document(number: int) -> StoredDocument:
    """Its first version."""
    return StoredDocument(Kind.MAPPING, f"m-{number:07d}", 1, body(number))


def selector(number: int) -> Selector:
    """Where it is filed."""
    return Selector("sub", f"worker-{number}")


def items(table: str, number: int) -> list[Item]:
    """What one write of it leaves in the table, but for the counters."""
    return list(_items(TrustWrites(table, places_of), number))


def _items(writes: TrustWrites, number: int) -> Iterator[Item]:
    for write in writes.put(document(number), selector(number), None, LOADED, _MARKER):
        if "Put" in write:
            yield write["Put"]["Item"]
        elif "ExpressionAttributeNames" in write["Update"]:
            yield _filed(write["Update"])


def _filed(update: dict[str, Any]) -> Item:
    """`SET #member = :copy` on an item that is not there yet."""
    member = update["ExpressionAttributeNames"]["#member"]
    return {**update["Key"], member: update["ExpressionAttributeValues"][":copy"]}
