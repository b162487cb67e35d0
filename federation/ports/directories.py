"""Where the token path finds trust."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as ReadOnly
from typing import Protocol

from federation.model.names import IssuerName, NamedIds, NamedIssuers
from federation.model.policy import FiledRules, PolicyDocuments, Shelf, Zone
from federation.model.trust import Audience, Client, DocumentVersion, Issuer, Mapping, Selector


class IssuersById(Protocol):
    """The trusted issuers by their document ids."""

    def issuer(self, id_: str) -> Issuer | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...


class IssuerDirectory(IssuersById, Protocol):
    """The trusted issuers, however many there are."""

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        """Those that may be meant by any of the names: the caller looks whether they are."""
        ...


class IssuersByName(IssuersById, Protocol):
    """Issuers in the trust table."""

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        """Ids of enabled issuers with any of the names: one read. Others may be among them by mistake."""
        ...


class AllIssuers(Protocol):
    """Every issuer: for who has something to do with each of them, never for a token's way."""

    def issuers(self) -> tuple[Issuer, ...]:
        """Disabled ones included; the same tuple object until something changed."""
        ...


class AudienceDirectory(Protocol):
    """The target APIs, however many there are."""

    def audience(self, id_: str) -> Audience | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...

    def audiences_at(self, resource: str) -> tuple[Audience, ...]:
        """Those with that `resource`, disabled ones included."""
        ...


class AudiencesByName(Protocol):
    """Target APIs in the trust table."""

    def audience(self, id_: str) -> Audience | None:
        """As `AudienceDirectory.audience`."""
        ...

    def audience_ids(self, resource: str) -> NamedIds:
        """Ids of those with that `resource`: one read. Others may be among them by mistake."""
        ...


class MappingIndex(Protocol):
    """Candidates for a token, however many mappings exist. Only enabled mappings are filed."""

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """Mappings of the issuer (its document id) filed under any of the selectors: one read."""
        ...

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """Mappings of the issuer that pin none of its provider's selectors: one Query."""
        ...


class MappingsById(Protocol):
    """Mappings by name: what one of our own tokens was minted by."""

    def mapping(self, id_: str) -> Mapping | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...


class ClientsById(Protocol):
    """Registered clients by name."""

    def client(self, id_: str) -> Client | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...


class PolicyDirectory(Protocol):
    """Policies by what their heads pin, and zones. A corrupt one is no reason to leave it out: it might forbid.

    Every method raises TemporarilyUnavailable if something of what it is asked for cannot be read.
    """

    def shelves(self, wanted: Collection[Shelf]) -> ReadOnly[Shelf, FiledRules]:
        """What lies on each of them: the same objects until something changed. Disabled documents lie nowhere.

        But for the document that takes the shipped policy's place: it is found on the owner's open shelf in any case.
        """
        ...

    def zones(self) -> tuple[Zone, ...]:
        """All, disabled ones included; the same object until something changed."""
        ...

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        """What moves with every write of a zone, of a policy without a tenant, and of one of this tenant."""
        ...


class AllPolicies(Protocol):
    """Every policy and zone of all tenants: for admins, never on the token path."""

    def policies(self) -> PolicyDocuments:
        """Raises TemporarilyUnavailable if any of them cannot be read: it might forbid."""
        ...
