"""What a stored document's own words say of it today: others' edits move what its examples rest on (ATTACKS Q7).

No edit is refused for another owner's example. The owner hears of it, wherever the document is looked at.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from typing import Any

from federation.documents.checks.mapping_examples import example_problems
from federation.documents.checks.policies import failing_examples
from federation.documents.checks.stored import asks_for_zones, every_document
from federation.documents.document_set import DocumentSet, Written
from federation.documents.form import completed, parse_document
from federation.documents.registry import references
from federation.documents.source import InvalidDocuments, Problem, SourceDocument
from federation.model.confirmation import as_written
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import DocumentPages, TrustWriter

_JUDGED = frozenset({Kind.POLICY, Kind.MAPPING})
"""Those that carry examples; a policy's text may also be one that is refused by now."""


def standing_problems(document: StoredDocument, others: Iterable[StoredDocument]) -> tuple[Problem, ...]:
    """Why it would be refused if it were written today, by itself and by its examples; none: it stands.

    `others`: what its examples rest on, as far as it is there: audiences and zones of a policy; issuer and audiences of
    a mapping.
    """
    if document.kind not in _JUDGED:
        return ()
    try:
        written = _written(document)
    except InvalidDocuments as invalid:
        return tuple(invalid.problems)
    around = _well_formed(others)
    if document.kind is Kind.POLICY:
        return tuple(failing_examples(written, around))
    return tuple(example_problems(written, around))


class Standing:
    """Reads what the examples of one document rest on, as far as an admin of `tenant` may see it (None: everything)."""

    def __init__(self, pages: DocumentPages, writer: TrustWriter, tenant: str | None) -> None:
        self._pages = pages
        self._writer = writer
        self._tenant = tenant

    def problems(self, document: StoredDocument) -> tuple[Problem, ...]:
        """One read, and the zones where an example asks for them; none for what has no examples."""
        examples = [one for one in _list(document.body.get("examples")) if isinstance(one, ReadOnly)]
        refs = frozenset(_rests_on(document, examples)) if examples else frozenset()
        there = (state.document for state in self._writer.states(refs).values()) if refs else ()
        zones = every_document(self._pages, Kind.ZONE) if any(map(asks_for_zones, examples)) else ()
        found = (*(one for one in there if one is not None), *zones)
        return standing_problems(document, [one for one in found if self._is_seen(one)])

    def _is_seen(self, document: StoredDocument) -> bool:
        return self._tenant is None or document.body.get("tenant") in (None, self._tenant)


def _rests_on(document: StoredDocument, examples: Iterable[JsonObject]) -> Iterator[DocumentRef]:
    if document.kind in _JUDGED:
        yield from (one.ref for one in references(document.kind, as_written(document.body)))
        named = (one.get("audience") for one in examples)
        yield from (DocumentRef(Kind.AUDIENCE, id_) for id_ in named if isinstance(id_, str) and id_)


def _well_formed(documents: Iterable[StoredDocument]) -> DocumentSet:
    found: dict[Kind, dict[str, Written[Any]]] = {kind: {} for kind in Kind}
    for document in documents:
        try:
            found[document.kind][document.id] = _written(document)
        except InvalidDocuments:
            continue
    return DocumentSet(found)


def _written(document: StoredDocument) -> Written[Any]:
    """Raises InvalidDocuments. What a laptop takes is no matter of what was stored."""
    source = completed(SourceDocument("", {**as_written(document.body)}, version=document.version))
    return Written(parse_document(source, loopback=True), source)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
