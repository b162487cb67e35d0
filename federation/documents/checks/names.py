"""Names that meet: a Client's id beside an Audience's, and a resource beside an id.

A signed answer to introspection has `aud` of the client that asked (RFC 9701 section 5). A service that verifies by
issuer and audience alone would take it for one of its own tokens, for ever: it has no `exp`.
"""

from collections.abc import Iterator

from federation.documents.document_set import DocumentSet
from federation.documents.source import STORED, Problem, SourceDocument
from federation.model.trust import Kind

OTHER_KIND = {Kind.AUDIENCE: Kind.CLIENT, Kind.CLIENT: Kind.AUDIENCE}


def name_problems(documents: DocumentSet) -> Iterator[Problem]:
    """Within the set."""
    for id_ in documents.clients.keys() & documents.audiences.keys():
        client, audience = documents.clients[id_], documents.audiences[id_]
        if client.document.enabled and audience.document.enabled:
            told = (client.source, Kind.AUDIENCE) if client.source.file != STORED else (audience.source, Kind.CLIENT)
            yield names_meet(*told)
    for audience in documents.audiences.values():
        resource = audience.document.resource
        if resource is not None and resource in documents.audiences:
            yield audience.source.problem(("resource",), f"Audience {resource} has this as its id")


def names_meet(source: SourceDocument, other: Kind) -> Problem:
    """What is wrong with a document whose id one of that kind has."""
    there_is = "there is an Audience" if other is Kind.AUDIENCE else "there is a Client"
    message = f"{there_is} of that id: answers to the client would pass for tokens of the audience"
    return source.problem(("id",), message, "give it another id")
