"""Trust documents, checked offline: each by itself, then all together. A broken one hides no other's problems."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from federation.documents.checks import cross_checks
from federation.documents.checks.stored import StoredTrust
from federation.documents.document_set import DocumentSet, Written
from federation.documents.form import parse_document
from federation.documents.presets import completed
from federation.documents.problem import InvalidDocuments, Problem
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument
from federation.documents.schema.zone import ZoneDocument
from federation.documents.source import STORED, SourceDocument
from federation.documents.yaml_source import read_sources
from federation.model.trust import DocumentRef, Kind


@dataclass(frozen=True, slots=True)
class ValidatedSet:
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
) -> ValidatedSet:
    """The documents as a set; raises InvalidDocuments. `unreadable`: what reading them has found wrong already.

    `stored`: what is there already, where the set is not all there is; what is wrong with that is not reported.
    `own_issuer`: our URL, where it is known: the audience of issuers that name none.
    """
    builder, written = _Builder(), list(sources)
    for source in (*(stored.beside(written) if stored else ()), *written):
        builder.add(source, loopback=loopback)
    documents = builder.documents(stored)
    against = stored.problems(documents) if stored else ()
    found = [*unreadable, *builder.problems, *cross_checks.problems(documents, own_issuer), *against]
    if problems := [problem for problem in found if problem.file != STORED]:
        raise InvalidDocuments(sorted(problems))
    warnings = (warning for warning in cross_checks.warnings(documents) if warning.file != STORED)
    return ValidatedSet(documents, tuple(warnings))


class _Builder:
    """Collects documents by kind and id, and what is wrong with each by itself."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._issuers: dict[str, Written[IssuerDocument]] = {}
        self._mappings: dict[str, Written[MappingDocument]] = {}
        self._audiences: dict[str, Written[AudienceDocument]] = {}
        self._clients: dict[str, Written[ClientDocument]] = {}
        self._policies: dict[str, Written[PolicyDocument]] = {}
        self._zones: dict[str, Written[ZoneDocument]] = {}
        self._malformed: set[DocumentRef] = set()
        self._places: dict[DocumentRef, str] = {}

    def documents(self, stored: StoredTrust | None) -> DocumentSet:
        """What has been added and is well-formed."""
        documents = DocumentSet(
            issuers=self._issuers,
            mappings=self._mappings,
            audiences=self._audiences,
            clients=self._clients,
            policies=self._policies,
            zones=self._zones,
            malformed=frozenset(self._malformed),
        )
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
            self._keep(parse_document(source, loopback=loopback), source)
        except InvalidDocuments as error:
            self.problems += error.problems
            self._malformed |= {ref} if ref else set()

    def _keep(self, document: TrustDocument, source: SourceDocument) -> None:
        if isinstance(document, IssuerDocument):
            self._issuers[document.id] = Written(document, source)
        if isinstance(document, MappingDocument):
            self._mappings[document.id] = Written(document, source)
        if isinstance(document, AudienceDocument):
            self._audiences[document.id] = Written(document, source)
        if isinstance(document, ClientDocument):
            self._clients[document.id] = Written(document, source)
        if isinstance(document, PolicyDocument):
            self._policies[document.id] = Written(document, source)
        if isinstance(document, ZoneDocument):
            self._zones[document.id] = Written(document, source)


def _ref(source: SourceDocument) -> DocumentRef | None:
    """How the document names itself, if it does."""
    value = source.value if isinstance(source.value, dict) else {}
    document_id = value.get("id")
    kind = next((kind for kind in Kind if value.get("kind") == kind), None)
    return DocumentRef(kind, document_id) if kind and isinstance(document_id, str) else None
