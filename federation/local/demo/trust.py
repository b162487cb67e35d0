"""The example trust documents with their issuers' keys on loopback, so that nothing on the internet is asked.

Providers' issuer URLs stay as they are, so their tokens carry the true `iss` and pass the provider's own checks; only
the place of the keys is replaced. The partner's issuer lives on loopback altogether, discovery included.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from federation.admin.yaml_source import read_sources
from federation.local.issuers.keys import IssuerKey, generate_key
from federation.local.issuers.loopback import LoopbackIssuers

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"

Document: TypeAlias = dict[str, Any]

_PARTNERS = "oidc"


def read_documents(folder: Path) -> list[Document]:
    """The documents below `folder` as they were written; what is no object is left out."""
    return [
        cast("Document", source.value) for source in read_sources(folder).documents if isinstance(source.value, dict)
    ]


def generate_keys(documents: Sequence[Document]) -> dict[str, IssuerKey]:
    """A fresh key for every issuer, by its document's id."""
    return {issuer["id"]: generate_key(f"{issuer['id']}-1", _algorithm(issuer)) for issuer in _issuers(documents)}


def on_loopback(documents: Sequence[Document], issuers: LoopbackIssuers) -> list[Document]:
    """The same documents, with every issuer's keys served by `issuers`."""
    return [_moved(document, issuers) if document.get("kind") == "Issuer" else document for document in documents]


def write_documents(documents: Sequence[Document], folder: Path) -> None:
    """As one YAML file."""
    text = yaml.safe_dump_all(documents, sort_keys=False)
    (folder / "trust.yaml").write_text(text, encoding="utf-8")


def _issuers(documents: Sequence[Document]) -> Iterator[Document]:
    return (document for document in documents if document.get("kind") == "Issuer")


def _algorithm(issuer: Document) -> str:
    """What most providers sign with, unless the document does not allow it."""
    algorithms = issuer.get("algorithms", ["RS256"])
    return "RS256" if "RS256" in algorithms else str(algorithms[0])


def _moved(issuer: Document, issuers: LoopbackIssuers) -> Document:
    where = issuers.endpoints(issuer["id"])
    if issuer["provider"] == _PARTNERS:
        return {**issuer, "issuer": where.issuer, "keys": {"discovery": True}}
    return {**issuer, "keys": {"jwks_uri": where.jwks_uri}}
