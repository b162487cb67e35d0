"""What lies where it is found by what a request says: the items of some places, in one read."""

from collections.abc import Collection

from federation.aws.items import Item, Key, Pause, full_jitter, get_items
from federation.aws.places import FORMAT
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, filed_key
from federation.aws.trust_marker import marker_in
from federation.aws.trust_writes import Marker, Place
from federation.model.history import TRUST_REVISION

_CONSISTENT = {"ConsistentRead": True}
_MARKER = document_key(TRUST_REVISION)


class DynamoFiled:
    """Safe to share: what it remembers is which layout stands, and every read says whether it still does."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause
        self._layout: str | None = None

    def items(self, places: Collection[Place]) -> dict[Place, Item] | None:
        """Those that there are; None: not everything is filed, so every document has to be read.

        One BatchGetItem with the marker in it, and one more where the layout is another than it was, or not known yet.
        A reader of the count before this read sees what was counted.
        """
        layout = self._layout  # once: another thread may learn of the layout between a read and what is made of it
        marker, found = self._read(places, layout)
        if marker.layout != layout and marker.layout is not None:
            layout = self._layout = marker.layout
            marker, found = self._read(places, layout)
        if marker.layout == layout is not None:
            return found
        return {} if marker.revision == 0 else None

    def _read(self, places: Collection[Place], layout: str | None) -> tuple[Marker, dict[Place, Item]]:
        named = {} if layout is None else {_name(filed_key(layout, place)): place for place in places}
        keys = [_MARKER, *({"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in named)]
        items = {_name(item): item for item in get_items(self._dynamodb, self._table, keys, _CONSISTENT, self._pause)}
        marker = marker_in(items.get(_name(_MARKER)), FORMAT)
        return marker, {place: items[name] for name, place in named.items() if name in items}


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
