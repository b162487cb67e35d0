"""References between documents: what is named must be there, and be of the same tenant or of none."""

from collections.abc import Iterator

from federation.documents.document_set import DocumentSet, Written
from federation.documents.references import Reference
from federation.documents.registry import REGISTRY, Tenancy, references
from federation.documents.schema.document import TrustDocument
from federation.documents.source import STORED, Problem
from federation.model.nearest import did_you_mean
from federation.model.trust import DocumentRef, Kind
from federation.policy.ceilings import is_for

_TENANTS = "give both the same tenant, or what is named none if it is everybody's"
_PARTIAL = frozenset({Kind.AUDIENCE})
"""Kinds whose references may be into documents that the folder has not: an API may be registered later."""
_CONDITIONS = frozenset({Kind.POLICY})
"""Kinds that speak of documents without resting on them: see `policy_names`."""


def reference_problems(documents: DocumentSet, *, complete: bool) -> Iterator[Problem]:
    """`complete`: the set has every document that there is, so that what it lacks is nowhere."""
    for ref, written in documents.every:
        if written.source.file == STORED or ref.kind in _CONDITIONS:
            continue
        for reference in references(ref.kind, written.body):
            if not documents.knows(reference.ref) and (complete or ref.kind not in _PARTIAL):
                yield _into_nowhere(written, reference, documents)
            yield from _of_another_tenant(ref, written, reference, documents)


def reference_warnings(documents: DocumentSet) -> Iterator[Problem]:
    """Of a set that may be only a part of all documents."""
    for ref, written in documents.every:
        for reference in references(ref.kind, written.body) if ref.kind in _PARTIAL else ():
            if not documents.knows(reference.ref):
                yield _into_nowhere(written, reference, documents, " here")


def _into_nowhere(
    written: Written[TrustDocument], reference: Reference, documents: DocumentSet, where: str = ""
) -> Problem:
    kind, id_ = reference.ref
    hint = did_you_mean(id_, documents.by_kind.get(kind, ()))
    return written.source.problem(reference.location, f"there is no {kind} {id_}{where}", hint)


def _of_another_tenant(
    ref: DocumentRef, written: Written[TrustDocument], reference: Reference, documents: DocumentSet
) -> Iterator[Problem]:
    try:
        own, theirs = documents.tenant_of(ref), documents.tenant_of(reference.ref)
    except KeyError:  # one of them is not there or malformed, which is said by itself
        return
    if not is_for(theirs, own):
        who = "its issuer" if REGISTRY[ref.kind].tenancy is Tenancy.OF_ISSUER else f"the {ref.kind.lower()}"
        message = f"{reference.ref.kind} {reference.ref.id} is of tenant {theirs}, {who} of {own or 'none'}"
        yield written.source.problem(reference.location, message, _TENANTS)
