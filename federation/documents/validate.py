"""Trust documents, checked offline: each by itself, then all together. A broken one hides no other's problems."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.checks import cross_checks
from federation.documents.checks.quotas import quota_problems
from federation.documents.checks.stored import StoredTrust
from federation.documents.document_set import DocumentSet, Written
from federation.documents.form import completed, parse_document
from federation.documents.registry import REGISTRY
from federation.documents.schema.document import TrustDocument
from federation.documents.source import STORED, InvalidDocuments, Problem, SourceDocument
from federation.documents.yaml_source import read_sources
from federation.model.quotas import Quotas
from federation.model.trust import DocumentRef, Kind


class ValidatedSet(Struct, frozen=True):
    """Proof that the documents may be written: each is well-formed and none contradicts another."""

    documents: DocumentSet
    warnings: tuple[Problem, ...] = ()


def validate_path(path: Path, *, loopback: bool = False) -> ValidatedSet:
    """The documents in a folder or file; raises InvalidDocuments with everything that is wrong.

    `loopback`: whether issuers may be `http://` on this machine, which nothing deployed accepts.
    """
    sources = read_sources(path)
    return validate(sources.documents, loopback=loopback, unreadable=sources.problems)


def validate(
    sources: Iterable[SourceDocument],
    *,
    loopback: bool = False,
    unreadable: Iterable[Problem] = (),
    stored: StoredTrust | None = None,
    own_issuer: str = "",
    quotas: Quotas | None = None,
) -> ValidatedSet:
    """The documents as a set; raises InvalidDocuments. `unreadable`: what reading them has found wrong already.

    `stored`: what is there already, where the set is not all there is; what is wrong with that is not reported.
    `own_issuer`: our URL, where it is known: the audience of issuers that name none. `quotas`: of each tenant, beside
    what is stored; None: it may write as much as it likes.
    """
    builder, written = _Builder(), list(sources)
    for source in (*(stored.beside(written) if stored else ()), *written):
        builder.add(source, loopback=loopback)
    documents = builder.documents(stored)
    found = [*unreadable, *builder.problems, *_contradictions(documents, own_issuer, stored)]
    found += quota_problems(documents, stored, quotas) if stored and quotas else ()
    if problems := [problem for problem in found if problem.file != STORED]:
        raise InvalidDocuments(sorted(problems))
    warnings = (warning for warning in cross_checks.warnings(documents) if warning.file != STORED)
    return ValidatedSet(documents, tuple(warnings))


def _contradictions(documents: DocumentSet, own_issuer: str, stored: StoredTrust | None) -> Iterator[Problem]:
    yield from cross_checks.problems(documents, own_issuer, complete=stored is not None)
    yield from stored.problems(documents) if stored else ()


class _Builder:
    """Collects documents by kind and id, and what is wrong with each by itself."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._documents: dict[Kind, dict[str, Written[TrustDocument]]] = {kind: {} for kind in REGISTRY}
        self._malformed: set[DocumentRef] = set()
        self._places: dict[DocumentRef, str] = {}

    def documents(self, stored: StoredTrust | None) -> DocumentSet:
        """What has been added and is well-formed."""
        documents = DocumentSet(self._documents, frozenset(self._malformed))
        return replace(documents, alongside=stored.alongside(documents)) if stored else documents

    def add(self, source: SourceDocument, *, loopback: bool) -> None:
        """Check one document."""
        ref = _ref(source)
        if ref in self._places:
            self.problems.append(source.problem(("id",), f"{ref.kind} {ref.id} is also at {self._places[ref]}"))
            return
        if ref:
            self._places[ref] = f"{source.file}:{source.line}"
        source = completed(source)
        try:
            document = parse_document(source, loopback=loopback)
            if ref:
                self._documents[ref.kind][ref.id] = Written(document, source)
        except InvalidDocuments as error:
            self.problems += error.problems
            self._malformed |= {ref} if ref else set()


def _ref(source: SourceDocument) -> DocumentRef | None:
    """How the document names itself, if it does."""
    value = source.value if isinstance(source.value, dict) else {}
    document_id = value.get("id")
    kind = next((kind for kind in Kind if value.get("kind") == kind), None)
    return DocumentRef(kind, document_id) if kind and isinstance(document_id, str) else None
