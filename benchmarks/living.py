"""Living tokens on record: as items of the embedded DynamoDB, and as the pages in which AWS reads the index of them."""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from federation.aws.audit_items import record_item
from federation.aws.issued_tokens import INDEX
from federation.aws.items import Item
from federation.local.events import ACCOUNT_ID
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING, key_text

CHAIN = 4
"""Tokens of each chain."""
LIFE = 3600
"""Seconds for which all are alive: as long as tokens can be."""
ITEMS = 20_000
"""Written at most: the embedded DynamoDB needs a minute for that."""
PAGE = 2**20
"""Bytes that one Query reads, however few of them its filter lets through (DynamoDB developer guide, "Query")."""
PROJECTED = ("pk", "recent", "expires_at", "issued_at", "jti", "revocation_keys", "status_idx")


def chain_named(number: int) -> str:
    """The correlation id of all its tokens."""
    return f"living-chain-{number:09}"


def _record(number: int, now: int) -> Item:
    jti, txn, principal = f"living-{number:014}", chain_named(number // CHAIN), f"partner/worker-{number % 1000:03}"
    keys = (
        EVERYTHING,
        RevocationKey(RevocationTarget.JTI, jti),
        RevocationKey(RevocationTarget.TXN, txn),
        RevocationKey(RevocationTarget.PRINCIPAL, principal),
        RevocationKey(RevocationTarget.CLIENT, principal),
        RevocationKey(RevocationTarget.ISSUER, "idp"),
        RevocationKey(RevocationTarget.MAPPING, "idp-worker"),
    )
    named = {"jti": jti, "txn": txn, "correlation_id": txn, "principal": principal, "issuer": "idp"}
    times = {"issued_at": now, "expires_at": now + LIFE, "status_idx": number}
    return record_item({**named, **times, "revocation_keys": [key_text(key) for key in keys]})


class Living:
    """The index, computed: no item of a million is kept."""

    def __init__(self, table: str, number: int) -> None:
        """Writes the first of them into the table."""
        self._now = int(time.time())
        self._partitions: defaultdict[str, list[int]] = defaultdict(list)
        written = dynamodb_backends[ACCOUNT_ID]["us-east-1"].get_table(table)
        for each in range(number):
            item = _record(each, self._now)
            self._partitions[item[INDEX]["S"]].append(each)
            if each < ITEMS:
                written.put_item(item)
        self._page = PAGE // _projected_size(_record(0, self._now))

    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        """One page of a partition, of the tokens of one chain."""
        values = request["ExpressionAttributeValues"]
        there = self._partitions.get(values[":partition"]["S"], [])
        start = int(request.get("ExclusiveStartKey", {"at": {"N": "0"}})["at"]["N"])
        page = there[start : start + self._page]
        last = {"LastEvaluatedKey": {"at": {"N": str(start + self._page)}}} if len(there) > start + self._page else {}
        return {"Items": list(self._of_chain(page, values[":k0"]["S"])), **last}

    def _of_chain(self, page: list[int], wanted: str) -> Iterator[Item]:
        first = int(wanted.split("living-chain-")[1][:9]) * CHAIN
        for number in page[bisect_left(page, first) : bisect_left(page, first + CHAIN)]:
            item = _record(number, self._now)
            yield {name: item[name] for name in PROJECTED}


def _projected_size(item: Item) -> int:
    """As DynamoDB counts it ("item sizes and formats"), a number as it is written."""
    texts = (value for name in PROJECTED for value in (name, *next(iter(item[name].values()))))
    return sum(map(len, texts))
