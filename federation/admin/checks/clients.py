"""Registered clients beside the audiences, issuers and keys of the same set of documents."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from federation.admin.documents.document_set import DocumentSet, Written
from federation.admin.documents.problem import Problem
from federation.admin.schema.audience import AudienceDocument
from federation.admin.schema.client import ClientDocument
from federation.admin.schema.issuer import IssuerDocument
from federation.model.admin import ADMIN_AUDIENCE
from federation.verification.spiffe_id import SPIFFE, trust_domain_of


def client_problems(documents: DocumentSet) -> Iterator[Problem]:
    """What names something that is not there, or that belongs to others."""
    for client in documents.clients.values():
        for number, audience_id in enumerate(client.document.audiences):
            yield from _audience_problems(client, number, audience_id, documents)
        yield from _scope_problems(client, documents)
        yield from _trust_domain_problems(client, documents)
        yield from _admin_problems(client)


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
    if audience and audience.document.tenant not in (None, client.document.tenant):
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


def _trust_domain_problems(client: Written[ClientDocument], documents: DocumentSet) -> Iterator[Problem]:
    issuer_id = client.document.auth.issuer
    if issuer_id is None:
        return
    if not documents.knows_issuer(issuer_id):
        hint = _near(issuer_id, documents.issuers)
        yield client.source.problem(("auth", "issuer"), f"there is no Issuer {issuer_id}", hint)
    issuer = documents.issuers.get(issuer_id)
    problem = _trust_domain_problem(client.document, issuer.document) if issuer else None
    if problem:
        yield client.source.problem(("auth", "issuer"), problem)


def _admin_problems(client: Written[ClientDocument]) -> Iterator[Problem]:
    """Whoever may write the Issuer would be that admin; of an Issuer whose Mappings make admins that is known (O2)."""
    if client.document.auth.issuer is not None and ADMIN_AUDIENCE in client.document.audiences:
        message = f"no client of {ADMIN_AUDIENCE} proves itself by an Issuer's keys"
        hint = "write a Mapping of that Issuer with the grant, or take private_key_jwt"
        yield client.source.problem(("auth", "issuer"), message, hint)


def _trust_domain_problem(client: ClientDocument, issuer: IssuerDocument) -> str | None:
    if issuer.provider != SPIFFE:
        return f"Issuer {issuer.id} is no trust domain: its provider is {issuer.provider}"
    if issuer.keys.certificates:
        return f"Issuer {issuer.id} has certificates alone and signs no JWT-SVIDs"
    if trust_domain_of(client.auth.spiffe_id) != issuer.issuer:
        return f"the workload is not of {issuer.issuer}"
    if issuer.tenant not in (None, client.tenant):
        return f"Issuer {issuer.id} is of tenant {issuer.tenant}, the client of {client.tenant or 'none'}"
    return None


def _near(written: str, known: Iterable[str]) -> str:
    close = get_close_matches(written, list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
