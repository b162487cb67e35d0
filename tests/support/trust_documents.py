"""Bodies of trust documents, as people write them."""

from typing import Any

from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind, Selector
from federation.ports import TrustWriter

ISSUER: JsonObject = {"provider": "oidc", "issuer": "https://idp.example.com"}
SOMEBODY = Change("admin/somebody", "2027-01-15T08:00:00+00:00", "a test", "request-1")
AUDIENCE: JsonObject = {"resource": "https://risk.example.com", "scopes": ["risk:read"], "max_ttl": "5m"}


def mapping_body(issuer: str = "acme", **changes: Any) -> JsonObject:  # noqa: ANN401  (any JSON)
    body: dict[str, Any] = {
        "issuer": issuer,
        "match": {"sub": "worker"},
        "principal": "partner/acme/sync",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
    }
    return body | changes


def write(writer: TrustWriter, ref: DocumentRef, body: JsonObject, filed_under: Selector | None = None) -> int:
    """Write the next version of a document, and say which that is."""
    version = next_version(writer, ref)
    writer.put(StoredDocument(ref.kind, ref.id, version, body), filed_under, SOMEBODY)
    return version


def next_version(writer: TrustWriter, ref: DocumentRef) -> int:
    """One more than the last, of a deleted document too."""
    return writer.states([ref])[ref].version + 1


def issuer_ref(id_: str) -> DocumentRef:
    return DocumentRef(Kind.ISSUER, id_)


def mapping_ref(id_: str) -> DocumentRef:
    return DocumentRef(Kind.MAPPING, id_)
