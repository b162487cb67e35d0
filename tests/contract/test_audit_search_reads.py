"""What a page of the trail costs: the same calls, and as many items looked at, however many records there are."""

from typing import Any

import pytest

from federation.aws.audit_items import record_item
from federation.aws.audit_records import DynamoAuditRecords
from federation.aws.issued_tokens import SHARDS
from federation.aws.service import DynamoDb
from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from tests.support.aws_calls import noted_calls
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock

NOW = 1_800_001_800
"""In the middle of an hour: all of them end within it."""
LIMIT = 8
ANN = RevocationKey(RevocationTarget.PRINCIPAL, "user/ann")


def fill(engine: Engine, table: str, count: int) -> None:
    """Tokens of one hour, by the very items that the ledger writes."""
    puts = []
    for number in range(count):
        jti = f"t-{number:05}"
        entry: dict[str, Json] = {"jti": jti, "correlation_id": jti, "outcome": "allow", "status_idx": 1}
        life: dict[str, Json] = {"issued_at": NOW - number % 600, "expires_at": NOW + 300 - number % 600}
        filed: dict[str, Json] = {"revocation_keys": key_texts([ANN])}
        puts.append({"PutRequest": {"Item": record_item({**entry, **life, **filed})}})
    for start in range(0, count, 25):
        batch: Any = puts[start : start + 25]
        assert not engine.raw.batch_write_item(RequestItems={table: batch})["UnprocessedItems"]


def costs(dynamodb: DynamoDb, table: str) -> list[tuple[list[str], int]]:
    """Of three pages in a row: the calls, and the items that queries may look at."""
    records, after, found = DynamoAuditRecords(dynamodb, table, FixedClock(NOW)), None, []
    for _ in range(3):
        with noted_calls(dynamodb) as calls:
            page = records.page(NOW - 3600, None, after, LIMIT)
        after = page.after
        assert len(page.records) == LIMIT
        assert after is not None
        found.append(([name for name, _ in calls], sum(request.get("Limit", 10**6) for _, request in calls[:-1])))
    return found


@pytest.mark.parametrize("count", [80, 800])
def test_a_page_costs_the_same_among_few_and_among_many(engine: Engine, dynamodb: DynamoDb, count: int) -> None:
    """The first one looks into the hour to come as well."""
    table = engine.tables()["FEDERATION_AUDIT_TABLE"]
    fill(engine, table, count)
    first, *later = costs(dynamodb, table)
    queries = ["Query"] * SHARDS
    assert first == ([*queries, *queries, "BatchGetItem"], 2 * SHARDS * LIMIT)
    assert later == [([*queries, "BatchGetItem"], SHARDS * LIMIT)] * 2
