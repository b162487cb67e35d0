"""The first admin, from what a deployment was told: three documents, each written unless it ever was there before."""

from typing import Any

from msgspec import Struct

from federation.admin.editor import Applied, TrustEditor
from federation.documents.checks.stored import StoredTrust
from federation.documents.source import InvalidDocuments, Problem, SourceDocument
from federation.documents.validate import validate
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.model.history import Change
from federation.model.trust import DocumentRef, Kind
from federation.ports import TrustWriter
from federation.verification.shared_issuers import owner_of

ID = "first-admin"
PRINCIPAL = "admin/first"
PLACE = "first admin"
"""Stands where a file's name stands elsewhere."""


class FirstAdmin(Struct, frozen=True):
    """Who it is to be."""

    issuer: str
    """URL."""
    subject: str
    """`sub` of their tokens."""
    audience: str = ""
    """`aud` of their tokens; empty: our own issuer URL."""

    def write(self, writer: TrustWriter, stored: StoredTrust, change: Change, own_issuer: str = "") -> Applied:
        """A document that was deleted or changed is not written again: an admin meant it.

        `own_issuer`: our URL. Raises InvalidDocuments, VersionConflict, BucketFull.
        """
        if "*" in self.subject:  # a glob, and each identity that it fits would be an admin
            raise InvalidDocuments([Problem(PLACE, 0, "", "/match/sub", "the subject is one person's, to the letter")])
        documents = self._documents()
        states = writer.states([_ref(document) for document in documents])
        missing = [document for document in documents if not states[_ref(document)].version]
        if not missing:
            return Applied((), (), tuple(states))
        validated = validate(
            [SourceDocument(PLACE, document) for document in missing], stored=stored, own_issuer=own_issuer
        )
        return TrustEditor(writer).apply(validated, change)

    def _documents(self) -> list[dict[str, Any]]:
        return [_audience(), self._issuer(), self._mapping()]

    def _issuer(self) -> dict[str, Any]:
        owner = owner_of(self.issuer)
        document = {"kind": "Issuer", "id": ID, "provider": owner.name if owner else "oidc", "issuer": self.issuer}
        return document | ({"audiences": [self.audience]} if self.audience else {})

    def _mapping(self) -> dict[str, Any]:
        return {
            "kind": "Mapping",
            "id": ID,
            "issuer": ID,
            "match": {"sub": self.subject},
            "principal": PRINCIPAL,
            "grants": [{"audience": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES)}],
        }


def _audience() -> dict[str, Any]:
    """Its tokens are bound to a key: the admin API takes no others."""
    return {
        "kind": "Audience",
        "id": ADMIN_AUDIENCE,
        "scopes": list(ADMIN_SCOPES),
        "max_ttl": "15m",
        "sender_constraint": "any",
    }


def _ref(document: dict[str, Any]) -> DocumentRef:
    return DocumentRef(Kind(document["kind"]), document["id"])
