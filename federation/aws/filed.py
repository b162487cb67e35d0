"""What lies where it is found by what a request says: the items of some places, in one read."""

from collections.abc import Collection
from typing import NamedTuple, TypeAlias

from federation.aws.items import Item, Key, Pause, full_jitter, get_items
from federation.aws.places import FORMAT
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, filed_key, version_of
from federation.aws.trust_marker import marker_in
from federation.aws.trust_writes import Marker, Place
from federation.model.history import TRUST_REVISION
from federation.model.trust import DocumentRef, DocumentVersion

_CONSISTENT = {"ConsistentRead": True}
_MARKER = document_key(TRUST_REVISION)


Counts: TypeAlias = tuple[DocumentVersion, ...]


class Counted(NamedTuple):
    """What lies in some places, with counters read beside it, and before it where there was such a read."""

    items: dict[Place, Item]
    counts: Counts = ()
    before: Counts = ()


class _Read(NamedTuple):
    marker: Marker
    items: dict[Place, Item]
    counts: Counts


class DynamoFiled:
    """Safe to share: what it remembers is which layout stands, and every read says whether it still does."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause
        self._layout: str | None = None

    def items(self, places: Collection[Place]) -> dict[Place, Item] | None:
        """Those that there are; None: not everything is filed, so every document has to be read."""
        counted = self.counted(places, ())
        return None if counted is None else counted.items

    def counted(self, places: Collection[Place], counts: Collection[DocumentRef]) -> Counted | None:
        """The same, with counters.

        One BatchGetItem with the marker in it, and one more where the layout is another than it was, or not known yet.
        A reader of the count before this read sees what was counted.
        """
        layout = self._layout  # once: another thread may learn of the layout between a read and what is made of it
        read = self._read(places, counts, layout)
        before: Counts = ()
        if read.marker.layout != layout and read.marker.layout is not None:
            layout, before = read.marker.layout, read.counts
            self._layout = layout
            read = self._read(places, counts, layout)
        if read.marker.layout == layout is not None:
            return Counted(read.items, read.counts, before)
        return Counted({}) if read.marker.revision == 0 else None

    def _read(self, places: Collection[Place], counts: Collection[DocumentRef], layout: str | None) -> _Read:
        named = {} if layout is None else {_name(filed_key(layout, place)): place for place in places}
        counters = [document_key(ref) for ref in counts]
        keys = [_MARKER, *counters, *({"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in named)]
        items = {_name(item): item for item in get_items(self._dynamodb, self._table, keys, _CONSISTENT, self._pause)}
        marker = marker_in(items.get(_name(_MARKER)), FORMAT)
        versions = (version_of(items.get(_name(key))) for key in counters)
        found = {place: items[name] for name, place in named.items() if name in items}
        return _Read(marker, found, tuple(map(DocumentVersion, counts, versions)))


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
