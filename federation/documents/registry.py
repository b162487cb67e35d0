"""THE registry of kinds of trust documents: one row says all that the admin side needs to know of a kind.

To add a kind: its member and value in `model/trust.py`, its decoder in `model/documents.py`, its form in a file of
`documents/schema/`, and a row here. Then `make schemas`, and whatever decides with it.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from federation.documents.references import Reference, of_audience, of_client, of_mapping, of_nothing, of_policy
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument, ZoneDocument
from federation.model.admin import admin_scopes, client_admin_scopes
from federation.model.documents import (
    StoredDocument,
    decode_audience,
    decode_client,
    decode_issuer,
    decode_mapping,
    decode_policy,
    decode_zone,
)
from federation.model.json import JsonObject
from federation.model.policy import Policy, Zone
from federation.model.trust import Audience, Client, Issuer, Kind, Mapping

Decoded: TypeAlias = Issuer | Mapping | Audience | Client | Policy | Zone


class Tenancy(Enum):
    """Whose a document is."""

    OWN = "own"
    """Its member `tenant` says; absent: shared."""
    OF_ISSUER = "of issuer"
    """Of the tenant of the Issuer that it names."""
    SHARED = "shared"
    """Everybody's."""


def no_scopes(_body: JsonObject) -> frozenset[str]:
    """Of a kind that gives nobody a right."""
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
