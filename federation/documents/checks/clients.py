"""Registered clients beside the audiences, issuers and keys of the same set of documents."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from federation.documents.checks.workloads import workload_problems
from federation.documents.document_set import DocumentSet, Written
from federation.documents.problem import Problem
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument


def client_problems(documents: DocumentSet) -> Iterator[Problem]:
    """What does not fit what the clients name."""
    for client in documents.clients.values():
        yield from _scope_problems(client, documents)
        yield from workload_problems(client, documents)


def _scope_problems(client: Written[ClientDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Judged only where every audience is there to be read."""
    audiences = [documents.audiences.get(audience) for audience in client.document.audiences]
    known = {scope for audience in audiences for scope in _scopes(audience)}
    for number, scope in enumerate(client.document.scopes if None not in audiences else ()):
        if scope not in known:
            yield client.source.problem(
                ("scopes", number), f"none of its audiences has it: {scope}", _near(scope, known)
            )


def _scopes(audience: Written[AudienceDocument] | None) -> list[str]:
    return audience.document.scopes if audience else []


def _near(written: str, known: Iterable[str]) -> str:
    close = get_close_matches(written, list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
