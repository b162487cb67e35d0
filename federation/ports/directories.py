"""Where the token path finds trust."""

from collections.abc import Sequence
from typing import Protocol

from federation.model.policy import PolicyDocuments
from federation.model.trust import Audience, Client, Issuer, Mapping, Selector


class IssuerDirectory(Protocol):
    """The trusted issuers, disabled ones included."""

    def issuers(self) -> tuple[Issuer, ...]:
        """The same tuple object until something changed."""
        ...


class AudienceDirectory(Protocol):
    """The target APIs, disabled ones included."""

    def audiences(self) -> tuple[Audience, ...]:
        """The same tuple object until something changed."""
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
    """Policies and zones. A corrupt one is no reason to leave it out: it might forbid."""

    def policies(self) -> PolicyDocuments:
        """The same object until something changed; raises TemporarilyUnavailable if any of them cannot be read."""
        ...
