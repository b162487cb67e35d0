from collections.abc import Callable
from typing import Any

from federation.aws.filed import DynamoFiled
from federation.aws.places import FORMAT, issuer_place
from federation.aws.service import Answer, DynamoDb, Started
from federation.aws.trust_items import document_key, filed_key
from federation.model.history import TRUST_REVISION
from federation.model.names import IssuerName

LAYOUT = f"{FORMAT}-a"
PLACE = issuer_place(IssuerName("token", "https://idp.example.com", ""))
MARKER = {
    **document_key(TRUST_REVISION),
    "version": {"N": "3"},
    "layout": {"S": LAYOUT},
    "filed": {"N": "3"},
}
FILED = {**filed_key(LAYOUT, PLACE), "ids": {"S": "idp"}}


class Table:
    """Two items. `meanwhile` happens once, between the first question and its answer."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] | None = None

    def start(self, _operation: str, request: Answer) -> Started:
        keys: list[Any] = request["RequestItems"]["trust"]["Keys"]
        found = [item for item in (MARKER, FILED) if {name: item[name] for name in ("pk", "sk")} in keys]

        def answer() -> Answer:
            happens, self.meanwhile = self.meanwhile, None
            if happens is not None:
                happens()
            return {"Responses": {"trust": found}, "UnprocessedKeys": {}}

        return answer


def test_a_reader_finds_what_is_filed_although_another_learns_of_the_layout_first() -> None:
    """The first reader asked for the marker alone; by its answer the layout is known, but not what lies there."""
    table = Table()
    filed = DynamoFiled(DynamoDb(table), "trust")
    other: list[object] = []
    table.meanwhile = lambda: other.append(filed.items([PLACE]))
    assert filed.items([PLACE]) == {PLACE: FILED}
    assert other == [{PLACE: FILED}]
