"""Kinds of documents as paths name them."""

from federation.admin_api.operation import Parameter
from federation.documents.registry import REGISTRY
from federation.model.trust import DocumentRef

_NAMES = {row.plural: kind for kind, row in REGISTRY.items()} | {kind.value: kind for kind in REGISTRY}

ID = Parameter(
    "id",
    r"[a-z0-9][a-z0-9._-]{0,62}",
    "Of the document: lower case letters, digits, dots, dashes and underscores, 63 at most.",
)
KIND = Parameter("kind", "|".join(_NAMES), "Of the document: in the plural as in its own path, or as it says itself.")


def ref_of(kind: str, id_: str) -> DocumentRef:
    """The document that a path names, `mappings` or `Mapping`."""
    return DocumentRef(_NAMES[kind], id_)
