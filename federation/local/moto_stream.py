"""A table's stream where moto strays from DynamoDB: what changes nothing is not told, nor what a transaction undoes."""

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table


class FaithfulShard(StreamShard):
    """The one shard that a table of moto's has."""

    def __init__(self, account_id: str, table: Table) -> None:
        super().__init__(account_id, table)
        self._held: list[tuple[Item | None, Item | None]] | None = None

    def add(self, old: Item | None, new: Item | None) -> None:
        """Takes moto's parameters."""
        if self._held is not None:
            self._held.append((old, new))
        elif old is None or new is None or old.to_json() != new.to_json():
            super().add(old, new)

    def hold(self) -> None:
        """Until it is known what becomes of a transaction, nobody hears of it."""
        self._held = []

    def release(self, *, applied: bool) -> None:
        """Now it is."""
        held, self._held = self._held or [], None
        for old, new in held if applied else ():
            self.add(old, new)
