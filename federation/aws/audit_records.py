"""AuditRecords on the audit table: records by name, and by time through the index of living tokens.

A partition of the index has the tokens that end in one hour, in a few shards; a search walks them backwards.
"""

import json
from collections.abc import Collection, Iterator
from collections.abc import Mapping as ReadOnly
from heapq import merge
from itertools import islice, product
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.aws.errors import translated
from federation.aws.issued_tokens import HOUR, INDEX, KEYS, LONGEST_FILTER, SHARDS, STATUS
from federation.aws.items import Item, Key, Pause, full_jitter, get_items, item_key
from federation.aws.service import DynamoDb
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey
from federation.model.revocation_keys import key_text, key_texts
from federation.oauth.reasons import Reason
from federation.policy.build_authorization import HARD_CAP
from federation.ports import AuditPage, Clock

MAX_HOURS = 48
"""Hours that one page walks through, however little it finds."""
MAX_QUERIES = 4
"""Megabytes of a shard that one page looks through: few records of a busy hour may be those that are looked for."""

CLOCKS = 60
"""Seconds by which the clock of who issued may be ahead of ours."""

_Mark: TypeAlias = tuple[int, str] | tuple[()] | None
"""Where a shard goes on: behind (end, pk), from its beginning for (); None: it is done."""


class _Position(Struct, frozen=True):
    hour: int
    marks: tuple[_Mark, ...] = ((),) * SHARDS

    @property
    def is_done(self) -> bool:
        return all(mark is None for mark in self.marks)

    def text(self) -> str:
        return json.dumps([self.hour, *self.marks], separators=(",", ":"))


class _Span(Struct, frozen=True):
    """What a search walks through."""

    since: int
    until: int
    key: RevocationKey | None
    is_open: bool
    """Whether it goes on until now."""
    tokens: bool
    """Whether events are left out."""


class _Found(Struct, frozen=True):
    """What one look into a shard has brought: (end, jti), and where it goes on behind all of them."""

    tokens: tuple[tuple[int, str], ...]
    behind: _Mark


class DynamoAuditRecords:
    """Reads alone."""

    def __init__(self, dynamodb: DynamoDb, audit_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = audit_table
        self._clock = clock
        self._pause = pause

    def record(self, jti: str) -> JsonObject | None:
        """One GetItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            found = self._dynamodb.get_item(TableName=self._table, Key=_key(jti), ConsistentRead=True)
        return _record(found["Item"]) if "entry" in found.get("Item", {}) else None

    def page(
        self,
        since: int,
        key: RevocationKey | None,
        after: str | None,
        limit: int,
        until: int | None = None,
        *,
        tokens: bool = False,
    ) -> AuditPage:
        """A Query for each shard and hour, and a BatchGetItem for every hundred records that were found."""
        last = int(self._clock.now()) if until is None else until
        span = _Span(since, last, key, is_open=until is None, tokens=tokens)
        position = _read(after) if after else _Position((span.until + HARD_CAP) // HOUR)
        found: list[str] = []
        for _ in range(MAX_HOURS):
            if position.hour < since // HOUR:
                return AuditPage(self._records(found), None)
            position = self._hour(position, span, limit, found)
            if len(found) >= limit:
                break
        return AuditPage(self._records(found), position.text())

    def filed(
        self, keys: Collection[RevocationKey] | None, since: int, until: int, limit: int, *, tokens: bool
    ) -> tuple[JsonObject, ...]:
        """A Query for each shard and hour, of as many pages as it takes until there are so many."""
        hours = range(since // HOUR, until // HOUR + 1) if keys is None or keys else ()
        partitions = (f"{hour}#{shard}" for hour, shard in product(hours, range(SHARDS)))
        queries = (_filed_under(partition, keys or (), tokens=tokens) for partition in partitions)
        items = (item for query in queries for page in self._pages(query) for item in page["Items"])
        wanted = None if keys is None else frozenset(key_texts(keys))
        fitting = (item for item in items if wanted is None or not wanted.isdisjoint(item[KEYS]["SS"]))
        return self._records([item["jti"]["S"] for item in islice(fitting, limit)])

    def _hour(self, position: _Position, span: _Span, limit: int, found: list[str]) -> _Position:
        """Adds what there is of the hour; the position behind that."""
        wanted = limit - len(found)
        looks = [self._shard(position, shard, span, wanted) for shard in range(SHARDS)]
        # Each shard's own order stays: behind which of its tokens to go on is a place in that order.
        numbered = [[(*token, shard) for token in look.tokens] for shard, look in enumerate(looks)]
        tokens = list(merge(*numbered, key=lambda one: -one[0]))
        found += [jti for _, jti, _ in tokens[:wanted]]
        left = {shard for _, _, shard in tokens[wanted:]}
        taken: dict[int, _Mark] = {shard: (end, _pk(jti)) for end, jti, shard in tokens[:wanted]}
        marks = tuple(
            taken.get(shard, position.marks[shard]) if shard in left else look.behind
            for shard, look in enumerate(looks)
        )
        moved = replace(position, marks=marks)
        return _Position(position.hour - 1) if moved.is_done else moved

    def _shard(self, position: _Position, shard: int, span: _Span, wanted: int) -> _Found:
        mark = position.marks[shard]
        if mark is None:
            return _Found((), None)
        query, tokens = _of_span(f"{position.hour}#{shard}", span, wanted), list[tuple[int, str]]()
        behind: _Mark = mark
        for page in islice(self._pages(query, _start_key(f"{position.hour}#{shard}", mark)), MAX_QUERIES):
            tokens += [(int(item["expires_at"]["N"]), item["jti"]["S"]) for item in page["Items"]]
            last = page.get("LastEvaluatedKey")
            behind = None if last is None else (int(last["expires_at"]["N"]), last["pk"]["S"])
            if len(tokens) >= wanted or behind is None:
                break
        return _Found(tuple(tokens), behind)

    def _pages(self, query: ReadOnly[str, Any], start: Key | None = None) -> Iterator[Any]:
        while True:
            with translated(Reason.STORE_UNAVAILABLE):
                page = self._dynamodb.query(
                    TableName=self._table,
                    IndexName=INDEX,
                    **{**query, **({"ExclusiveStartKey": start} if start else {})},
                )
            yield page
            start = page.get("LastEvaluatedKey")
            if start is None:
                return

    def _records(self, jtis: list[str]) -> tuple[JsonObject, ...]:
        keys = [_key(jti) for jti in jtis]
        items = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        records = {item["jti"]["S"]: _record(item) for item in items if "entry" in item}
        return tuple(records[jti] for jti in jtis if jti in records)


def _of_span(partition: str, span: _Span, wanted: int) -> dict[str, Any]:
    """Where little is left out of what was read, no more is read at once than is wanted."""
    until = span.until + CLOCKS * span.is_open
    values: dict[str, Any] = {
        ":partition": {"S": partition},
        ":since": {"N": str(span.since)},
        ":last": {"N": str(until + HARD_CAP)},
        ":until": {"N": str(until)},
    }
    condition = "issued_at BETWEEN :since AND :until"
    if span.key is not None:
        values[":key"] = {"S": key_text(span.key)}
        condition += f" AND contains({KEYS}, :key)"
    if span.tokens:
        condition += f" AND attribute_exists({STATUS})"
    return {
        "KeyConditionExpression": f"{INDEX} = :partition AND expires_at BETWEEN :since AND :last",
        "FilterExpression": condition,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": False,
        **({"Limit": wanted} if span.is_open and span.key is None else {}),
    }


def _filed_under(partition: str, keys: Collection[RevocationKey], *, tokens: bool) -> dict[str, Any]:
    texts = {f":k{number}": {"S": text} for number, text in enumerate(key_texts(keys))}
    kept = f"attribute_exists({STATUS})" if tokens else f"attribute_not_exists({STATUS})"
    under = " OR ".join(f"contains({KEYS}, {name})" for name in texts)
    looked_for = 0 < len(texts) <= LONGEST_FILTER
    return {
        "KeyConditionExpression": f"{INDEX} = :partition",
        "FilterExpression": f"{kept} AND ({under})" if looked_for else kept,
        "ExpressionAttributeValues": {":partition": {"S": partition}, **(texts if looked_for else {})},
    }


def _pk(jti: str) -> str:
    return item_key("issued", jti)


def _key(jti: str) -> Key:
    return {"pk": {"S": _pk(jti)}}


def _start_key(partition: str, mark: tuple[int, str] | tuple[()]) -> Key | None:
    if not mark:
        return None
    end, pk = mark
    return {"pk": {"S": pk}, INDEX: {"S": partition}, "expires_at": {"N": str(end)}}


def _record(item: Item) -> JsonObject:
    """As it was committed, with what became of it since."""
    entry: dict[str, Any] = json.loads(item["entry"]["S"])
    reason = {"discard_reason": item["discard_reason"]["S"]} if "discard_reason" in item else {}
    filed = {KEYS: sorted(item[KEYS]["SS"])} if KEYS in item else {}
    return {**entry, "outcome": item["outcome"]["S"], **reason, **filed}


def _read(text: str) -> _Position:
    """Raises ValueError."""
    hour, *marks = json.loads(text)
    if not isinstance(hour, int) or len(marks) != SHARDS:
        raise ValueError("no position")
    return _Position(hour, tuple(None if mark is None else tuple(mark) for mark in marks))
