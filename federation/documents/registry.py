"""THE registry of kinds of trust documents: one row says all that the admin side needs to know of a kind."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from enum import Enum
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument, ZoneDocument
from federation.documents.source import Location
from federation.model.confirmation import admin_scopes, client_admin_scopes
from federation.model.documents import (
    StoredDocument,
    decode_audience,
    decode_client,
    decode_issuer,
    decode_mapping,
    decode_policy,
    decode_zone,
)
from federation.model.json import Json, JsonObject
from federation.model.policy import Policy, Zone
from federation.model.trust import Audience, Client, DocumentRef, Issuer, Kind, Mapping
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


Decoded: TypeAlias = Issuer | Mapping | Audience | Client | Policy | Zone


class Tenancy(Enum):
    """Whose a document is."""

    OWN = "own"
    """Its member `tenant` says; absent: shared."""
    OF_ISSUER = "of issuer"
    """Of the tenant of the Issuer that it names."""
    SHARED = "shared"
    """Shared by all tenants."""


def no_scopes(_body: JsonObject) -> frozenset[str]:
    """Of a kind that gives no right."""
    return frozenset()


class DocumentKind(Struct, frozen=True):
    """A kind of trust document that people write."""

    kind: Kind
    plural: str
    """As paths and folders name it."""
    schema: type[TrustDocument]
    decode: Callable[[StoredDocument], Decoded]
    """Stored document -> trust value; raises CorruptDocument."""
    tenancy: Tenancy
    write_order: int
    """Of several documents the lowest is written first: what takes away comes before what adds."""
    delete_order: int
    """Of several documents the lowest is deleted first: none before what names it."""
    references: Callable[[JsonObject], Iterator[Reference]] = of_nothing
    """The documents that a body names."""
    names: frozenset[Kind] = frozenset()
    """Of which kinds those are."""
    gives: Callable[[JsonObject], frozenset[str]] = no_scopes
    """The scopes of the admin API that a body gives away."""
    few: bool = True
    """Whether trust as a whole is looked at with every document of it."""
    foreign_hidden: bool = True
    """Whether a tenant's look at trust leaves out other tenants' documents of it: what may forbid is never left out."""


REGISTRY: dict[Kind, DocumentKind] = {
    row.kind: row
    for row in (
        DocumentKind(Kind.ISSUER, "issuers", IssuerDocument, decode_issuer, Tenancy.OWN, write_order=4, delete_order=2),
        DocumentKind(
            Kind.MAPPING,
            "mappings",
            MappingDocument,
            decode_mapping,
            Tenancy.OF_ISSUER,
            write_order=5,
            delete_order=0,
            references=of_mapping,
            names=frozenset({Kind.ISSUER, Kind.AUDIENCE}),
            gives=admin_scopes,
            few=False,
        ),
        DocumentKind(
            Kind.AUDIENCE,
            "audiences",
            AudienceDocument,
            decode_audience,
            Tenancy.OWN,
            write_order=2,
            delete_order=3,
            references=of_audience,
            names=frozenset({Kind.CLIENT}),
        ),
        DocumentKind(
            Kind.CLIENT,
            "clients",
            ClientDocument,
            decode_client,
            Tenancy.OWN,
            write_order=3,
            delete_order=1,
            references=of_client,
            names=frozenset({Kind.ISSUER, Kind.AUDIENCE}),
            gives=client_admin_scopes,
            few=False,
        ),
        DocumentKind(
            Kind.POLICY,
            "policies",
            PolicyDocument,
            decode_policy,
            Tenancy.OWN,
            write_order=1,
            delete_order=4,
            references=of_policy,
            names=frozenset({Kind.ISSUER, Kind.AUDIENCE, Kind.CLIENT, Kind.ZONE}),
            foreign_hidden=False,
        ),
        DocumentKind(
            Kind.ZONE,
            "zones",
            ZoneDocument,
            decode_zone,
            Tenancy.SHARED,
            write_order=0,
            delete_order=5,
            foreign_hidden=False,
        ),
    )
}
"""Every kind that this version enforces and that people write, in the order in which they are shown."""
KIND_NAMES = tuple(kind.value for kind in REGISTRY)


def kind_of(body: JsonObject) -> Kind | None:
    """The kind that a body names itself; None: it names none that people write."""
    return next((kind for kind in REGISTRY if body.get("kind") == kind), None)


def references(kind: Kind | None, body: JsonObject | None) -> Iterator[Reference]:
    """The documents that the body of a document of that kind names; None: there is no document."""
    if body is not None and kind in REGISTRY:
        yield from REGISTRY[kind].references(body)
