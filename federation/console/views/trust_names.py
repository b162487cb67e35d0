"""How documents are named in the console's URLs: as in the admin API's, by the plural of their kind."""

import re
from collections.abc import Mapping
from typing import Final

from federation.console.numbers import whole
from federation.console.page import Visit
from federation.console.trouble import Unclear
from federation.documents.registry import REGISTRY

KINDS: Final[Mapping[str, str]] = {row.plural: kind.value for kind, row in REGISTRY.items()}
"""Segment of a path -> kind."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def plural_of(kind: str) -> str:
    """The segment, by either name; raises Unclear."""
    if kind in KINDS:
        return kind
    named = next((plural for plural, name in KINDS.items() if name == kind), None)
    if named is None:
        raise Unclear("There is no such kind of document")
    return named


def document_path(visit: Visit) -> str:
    """`/mappings/acme`, of the page's URL; raises Unclear."""
    kind, id_ = plural_of(visit.variables["kind"]), visit.variables["id"]
    if not _ID.fullmatch(id_):
        raise Unclear("That is no id of a document")
    return f"/{kind}/{id_}"


def version_of(form: Mapping[str, str]) -> int:
    """That a form names; raises Unclear."""
    version = whole(form.get("version", ""))
    if version is None:
        raise Unclear("Which version?")
    return version
