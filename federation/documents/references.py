"""Which documents a document names, by its JSON form. Every reference between documents is declared here.

A body need not be well-formed: what has not the form of a reference is none.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from federation.documents.source import Location
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.policy.cedar.names import names_of
from federation.policy.cedar.problem import PolicyProblem


class Reference(NamedTuple):
    """A place in a document that names another document by its id."""

    ref: DocumentRef
    location: Location


def of_mapping(body: JsonObject) -> Iterator[Reference]:
    """The Issuer that vouches, and every Audience that it grants."""
    yield from _one(Kind.ISSUER, body.get("issuer"), ("issuer",))
    for number, grant in enumerate(_items(body.get("grants"))):
        if isinstance(grant, ReadOnly):
            yield from _one(Kind.AUDIENCE, grant.get("audience"), ("grants", number, "audience"))


def of_client(body: JsonObject) -> Iterator[Reference]:
    """Every Audience that it may ask for, and the Issuer of its trust domain."""
    for number, audience in enumerate(_items(body.get("audiences"))):
        yield from _one(Kind.AUDIENCE, audience, ("audiences", number))
    auth = body.get("auth")
    if isinstance(auth, ReadOnly):
        yield from _one(Kind.ISSUER, auth.get("issuer"), ("auth", "issuer"))


def of_audience(body: JsonObject) -> Iterator[Reference]:
    """Every Client that may introspect its tokens."""
    for number, client in enumerate(_items(body.get("introspection"))):
        yield from _one(Kind.CLIENT, client, ("introspection", number))


def of_policy(body: JsonObject) -> Iterator[Reference]:
    """Every Audience, Client, Issuer and Zone that its text names."""
    try:
        names = names_of(str(body.get("id")), str(body.get("cedar")))
    except (PolicyProblem, RecursionError):
        return
    for name in names:
        if name.kind in _IN_POLICIES:
            yield Reference(DocumentRef(_IN_POLICIES[name.kind], name.id), ("cedar",))


def of_nothing(_body: JsonObject) -> Iterator[Reference]:
    """Of a kind whose documents name no other."""
    return iter(())


_IN_POLICIES = {kind.value: kind for kind in (Kind.AUDIENCE, Kind.CLIENT, Kind.ISSUER, Kind.ZONE)}


def _one(kind: Kind, id_: Json, location: Location) -> Iterator[Reference]:
    if isinstance(id_, str) and id_:
        yield Reference(DocumentRef(kind, id_), location)


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()
