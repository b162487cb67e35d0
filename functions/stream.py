"""Events of the state table's stream (DynamoDB Streams, NEW_IMAGE)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from federation.oauth.errors import TemporarilyUnavailable
from functions.event import Event

_Read = TypeVar("_Read")


def read_images(event: Event, read: Callable[[Any], _Read]) -> Iterator[_Read]:
    """What `read` makes of every new item in the event; one that it cannot read is left out.

    `read` raises TemporarilyUnavailable for those.
    """
    records: Any = event.get("Records", ()) if isinstance(event, Mapping) else ()
    for record in records:
        try:
            yield read(record["dynamodb"]["NewImage"])
        except (KeyError, TemporarilyUnavailable, TypeError):
            continue
