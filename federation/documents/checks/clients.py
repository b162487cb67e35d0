"""Registered clients beside the audiences, issuers and keys of the same set of documents."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from federation.documents.checks.workloads import workload_problems
from federation.documents.document_set import DocumentSet, Written
from federation.documents.problem import Problem
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.policy.ceilings import is_for


def client_problems(documents: DocumentSet) -> Iterator[Problem]:
    """What names something that is not there, or that belongs to others."""
    for client in documents.clients.values():
        for number, audience_id in enumerate(client.document.audiences):
            yield from _audience_problems(client, number, audience_id, documents)
        yield from _scope_problems(client, documents)
        yield from workload_problems(client, documents)


def introspection_warnings(documents: DocumentSet) -> Iterator[Problem]:
    """An API that nobody has registered cannot introspect; a set may well be only a part of all documents."""
    for audience in documents.audiences.values():
        for number, client_id in enumerate(audience.document.introspection):
            if not documents.knows_client(client_id):
                message = f"there is no Client {client_id} here"
                yield audience.source.problem(("introspection", number), message, _near(client_id, documents.clients))


def _audience_problems(
    client: Written[ClientDocument], number: int, audience_id: str, documents: DocumentSet
) -> Iterator[Problem]:
    if not documents.knows_audience(audience_id):
        hint = _near(audience_id, documents.audiences)
        yield client.source.problem(("audiences", number), f"there is no Audience {audience_id}", hint)
    audience = documents.audiences.get(audience_id)
    if audience and not is_for(audience.document.tenant, client.document.tenant):
        whose = f"Audience {audience_id} is of tenant {audience.document.tenant}"
        message = f"{whose}, the client of {client.document.tenant or 'none'}"
        yield client.source.problem(("audiences", number), message)


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
