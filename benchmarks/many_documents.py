"""`fedbridge serve` with thousands of mappings beside what `--trust` has, put into its embedded tables by the batch.

The bridge's writer makes a transaction of each, which takes moto minutes for ten thousand. What is put here is what
that writer makes of them: its own operations, applied to tables that know none of these mappings.
"""

import argparse
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from federation.admin.changes import change_now
from federation.admin.editor import TrustEditor
from federation.audit.trust_change import action_of, trust_record
from federation.aws.audit_items import record_item
from federation.aws.clients import boto_dynamodb, dynamodb_client
from federation.aws.filing_writer import filing_writer
from federation.aws.items import Item, Write
from federation.aws.places import FORMAT, places_of
from federation.aws.trust_items import document_key
from federation.aws.trust_marker import marker_in
from federation.aws.trust_writes import TrustWrites
from federation.documents.document_set import Planned
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.local.embedded_aws import SETUP_SECONDS
from federation.local.serving import ServeOptions, serving
from federation.model.documents import StoredDocument
from federation.model.history import TRUST_REVISION, Change, PastVersion
from federation.model.json import Json
from federation.settings import Settings
from federation.system import SystemClock

BATCH: Final = 25
"""Items that a BatchWriteItem takes."""


def main() -> None:
    """Print `ready URL` once all of them are there; serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_documents", description=__doc__)
    parser.add_argument("--mappings", type=int, required=True, help="how many")
    parser.add_argument("--trust", type=Path, required=True, help="documents to write first")
    parser.add_argument("--admin-token-file", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    options = parser.parse_args()
    serve = ServeOptions(trust=options.trust, admin_token_file=options.admin_token_file)
    with options.log.open("a", encoding="utf-8") as log, serving(serve, log) as bridge:
        put_mappings(bridge.settings, options.trust, options.mappings)
        print(f"ready {bridge.url}", flush=True)  # noqa: T201 (as the command does)
        threading.Event().wait()


def mapping(number: int) -> dict[str, Json]:
    """Of one workload of the examples' partner."""
    return {
        "kind": "Mapping",
        "id": f"many-{number}",
        "issuer": "acme-okta",
        "match": {"sub": f"many-{number}"},
        "principal": f"partner/acme/many-{number}",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:score:read"]}],
    }


def put_mappings(settings: Settings, trust: Path, count: int) -> None:
    """Into the tables of a bridge that has the documents in `trust`."""
    many = (SourceDocument("many", mapping(number)) for number in range(count))
    validated = validate([*read_sources(trust).documents, *many], loopback=True)
    writer = filing_writer(boto_dynamodb(), settings.trust_table, settings.audit_table)
    plan = [one for one in TrustEditor(writer).plan(validated) if one.action == "create"]
    change, counts = change_now(SystemClock(), "benchmark"), Counter[tuple[str, str]]()
    operations = chain.from_iterable(_operations(settings, one, change) for one in plan)
    _put(_items(operations, counts))
    _count(settings.trust_table, counts)


def _operations(settings: Settings, planned: Planned, change: Change) -> Iterator[Write]:
    """All that the writer does to write one document that was not there."""
    document = StoredDocument(*planned.ref, planned.version, planned.body or {}, lives=planned.lives)
    writes = TrustWrites(settings.trust_table, places_of)
    yield from writes.put(document, planned.filed_under, None, change, marker_in(None, FORMAT)._replace(layout=FORMAT))
    yield from writes.added(document, None)
    past = PastVersion(planned.ref, document.version, document.body, change)
    record = record_item(trust_record(past, action_of(None, document.body), None))
    yield {"Put": {"TableName": settings.audit_table, "Item": record}}


def _items(operations: Iterable[Write], counts: "Counter[tuple[str, str]]") -> Iterator[tuple[str, Item]]:
    """(table, item) of what is put; what counts is added to `counts`."""
    for operation in operations:
        if "Put" in operation:
            yield operation["Put"]["TableName"], operation["Put"]["Item"]
            continue
        update: dict[str, Any] = operation["Update"]
        key, names = update["Key"], update.get("ExpressionAttributeNames")
        if names is None:
            counts[key["pk"]["S"], key["sk"]["S"]] += 1
        else:  # a copy in a place of its own
            yield update["TableName"], {**key, names["#member"]: update["ExpressionAttributeValues"][":copy"]}


def _put(items: Iterator[tuple[str, Item]]) -> None:
    dynamodb = dynamodb_client(SETUP_SECONDS)
    while batch := list(islice(items, BATCH)):
        asked: dict[str, list[Any]] = {}
        for table, item in batch:
            asked.setdefault(table, []).append({"PutRequest": {"Item": item}})
        dynamodb.batch_write_item(RequestItems=asked)


def _count(table: str, counts: "Counter[tuple[str, str]]") -> None:
    """The revision of all trust counts how much of it is filed, too."""
    dynamodb, revision = dynamodb_client(SETUP_SECONDS), document_key(TRUST_REVISION)
    for (pk, sk), number in counts.items():
        key, values = {"pk": {"S": pk}, "sk": {"S": sk}}, {":number": {"N": str(number)}}
        update = "ADD version :number, filed :number" if key == revision else "ADD version :number"
        dynamodb.update_item(TableName=table, Key=key, UpdateExpression=update, ExpressionAttributeValues=values)


if __name__ == "__main__":
    main()
