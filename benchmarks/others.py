"""Documents of other tenants, written at once and then filed: what must cost nobody else anything."""

import json
from collections.abc import Iterator

from federation.admin.changes import change_now
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.aws.items import Item, Write, full_jitter, write_all
from federation.aws.trust_items import Filing, document_key
from federation.bootstrap.admin import trust_editor
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.issuers.loopback import IssuerKey
from federation.model.documents import StoredDocument
from federation.model.history import TRUST_REVISION
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason
from federation.settings import Settings
from federation.system import SystemClock

PATTERNS = (1, 1_000)
FORBID = """forbid (principal == Principal::"p{n}", action, resource == Audience::"a{n}")
unless {{ context.proof == "mtls" }};"""
_AT_ONCE = 100


def write_others(settings: Settings, number: int) -> None:
    """As many policies and as many issuers, each of a tenant of its own."""
    dynamodb = boto_dynamodb()
    items = [_item(settings.trust_table, *each) for each in _others(number)]
    _write_all(items)
    _unfile(settings)
    writer = filing_writer(dynamodb, settings.trust_table, settings.audit_table)  # files what lies nowhere yet
    last = StoredDocument(Kind.ZONE, "last", 1, {"kind": "Zone", "id": "last", "cidrs": ["192.0.2.0/24"]})
    writer.put(last, None, change_now(SystemClock(), "benchmark"))


def _unfile(settings: Settings) -> None:
    """As if an earlier release had written them: the count is ahead of what is filed."""
    update = {"UpdateExpression": "ADD version :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    write: Write = {"Update": {"TableName": settings.trust_table, "Key": document_key(TRUST_REVISION), **update}}
    write_all(boto_dynamodb(), [write], Reason.STORE_UNAVAILABLE, full_jitter)


def _others(number: int) -> Iterator[tuple[DocumentRef, dict[str, Json]]]:
    for n in range(number):
        shared: dict[str, Json] = {"id": f"other-{n}", "tenant": f"tenant-{n}"}
        yield DocumentRef(Kind.POLICY, f"other-{n}"), {"kind": "Policy", **shared, "cedar": FORBID.format(n=n)}
        issuer: dict[str, Json] = {"kind": "Issuer", **shared, "provider": "oidc", "keys": {"discovery": True}}
        yield DocumentRef(Kind.ISSUER, f"other-{n}"), {**issuer, "issuer": f"https://idp{n}.example.net"}


def _item(table: str, ref: DocumentRef, body: dict[str, Json]) -> Write:
    kept: Item = {
        "version": {"N": "1"},
        "since": {"N": "1"},
        "enabled": {"BOOL": True},
        "body": {"S": json.dumps(body)},
    }
    return {"Put": {"TableName": table, "Item": document_key(ref) | kept}}


def write_patterns(settings: Settings, key: IssuerKey) -> None:
    """An issuer with one pattern, and one with a thousand."""
    issuers: list[dict[str, Json]] = [
        {"kind": "Issuer", "id": f"patterns-{number}", "provider": "oidc", "issuer": pattern_issuer(number)}
        for number in PATTERNS
    ]
    sources = [SourceDocument("patterns", {**one, "keys": {"jwks": key.jwks}}) for one in issuers]
    trust_editor(settings).apply(validate(sources), change_now(SystemClock(), "benchmark"))
    items = [each for number in PATTERNS for n in range(number) for each in _filed(settings.trust_table, number, n)]
    _write_all(items)


def _filed(table: str, of: int, n: int) -> Iterator[Write]:
    """The mapping, and where it is found."""
    ref, body = DocumentRef(Kind.MAPPING, f"pattern-{of}-{n}"), _pattern(of, n)
    yield _item(table, ref, body)
    copy: Item = {"version": {"N": "1"}, "body": {"S": json.dumps(body)}}
    yield {"Put": {"TableName": table, "Item": Filing(f"patterns-{of}", None).key(ref.id) | copy}}


def _write_all(items: list[Write]) -> None:
    for start in range(0, len(items), _AT_ONCE):
        write_all(boto_dynamodb(), items[start : start + _AT_ONCE], Reason.STORE_UNAVAILABLE, full_jitter)


def pattern_issuer(number: int) -> str:
    """Whose mappings are that many patterns."""
    return f"https://patterns{number}.example.com"


def _pattern(of: int, n: int) -> dict[str, Json]:
    return {
        "kind": "Mapping",
        "id": f"pattern-{of}-{n}",
        "issuer": f"patterns-{of}",
        "match": {"sub": f"svc{n:04}-*"},
        "principal": f"svc/{of}/{n}",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:score:read"], "max_ttl": "2m"}],
    }
