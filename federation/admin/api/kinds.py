"""Kinds of documents as paths name them."""

from federation.admin.api.operation import Parameter
from federation.model.trust import DocumentRef, Kind

KINDS = {
    "issuers": Kind.ISSUER,
    "mappings": Kind.MAPPING,
    "audiences": Kind.AUDIENCE,
    "clients": Kind.CLIENT,
    "policies": Kind.POLICY,
    "zones": Kind.ZONE,
}
"""Segment of a path -> kind."""
PLURALS = {kind: plural for plural, kind in KINDS.items()}

ID = Parameter("id", r"[a-z0-9][a-z0-9._-]{0,62}", "Of the document.")
KIND = Parameter("kind", "|".join(KINDS), "Of the document, in the plural.")


def ref_of(plural: str, id_: str) -> DocumentRef:
    """The document that a path names."""
    return DocumentRef(KINDS[plural], id_)
