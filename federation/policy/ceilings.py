"""THE ceilings: the most that may be had at one audience. Policies only take away from it (DESIGN section 4).

The decision, `plan`, `whocan`, `explain`, the lock-out guard and the checks of documents all ask here.
"""

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from federation.model.trust import Audience, Client, Grant, Issuer, Lives, Mapping, is_meant

DEFAULT_TTL = 300
"""Seconds, where the grant names none."""


class Limit(Enum):
    """What keeps a mapping from an audience."""

    DISABLED = "disabled"
    TENANT = "tenant"
    CLIENT = "client"
    GRANT = "grant"
    ENVIRONMENT = "environment"


class Barrier(Struct, frozen=True):
    """One reason why nothing may be had. `detail`: for admins, never for callers."""

    limit: Limit
    detail: str


class Target(Struct, frozen=True):
    """An audience where the mapping grants something, and where the client may go."""

    audience: Audience
    grant: Grant
    client: Client | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """What the grant allows, the audience still has, and the client, if any, may ask for."""
        granted = frozenset(self.grant.scopes) & frozenset(self.audience.scopes)
        return granted if self.client is None else granted & frozenset(self.client.scopes)

    @property
    def max_ttl(self) -> int:
        """Seconds."""
        return min(self.audience.max_ttl, self.grant.max_ttl or DEFAULT_TTL)


class Way(Struct, frozen=True):
    """From an identity to an audience."""

    audience: Audience
    mapping: Mapping
    issuers: tuple[Issuer, ...]
    """They vouch: first for the principal, then for each actor."""
    client: Client | None = None

    @property
    def target(self) -> Target | None:
        """The most that may be had; None: there is a barrier."""
        return None if next(self.barriers(), None) else Target(self.audience, self._grants[0], self.client)

    def barriers(self) -> Iterator[Barrier]:
        """Every reason against it."""
        audience, client, tenant = self.audience, self.client, self.issuers[0].tenant
        yield from (Barrier(Limit.DISABLED, f"{what} is disabled") for what in self._disabled())
        if not is_for(audience.tenant, tenant):
            yield Barrier(Limit.TENANT, f"audience {audience.id} belongs to another tenant")
        if client is not None and not is_for(client.tenant, tenant):
            yield Barrier(Limit.TENANT, f"client {client.id} belongs to another tenant")
        if client is not None and not (audience.id in client.audiences and self._is_meant_by(client.lives)):
            yield Barrier(Limit.CLIENT, f"client {client.id} may not ask for audience {audience.id}")
        if len(self._grants) != 1:
            detail = f"mapping {self.mapping.id} has {len(self._grants)} grants for audience {audience.id}"
            yield Barrier(Limit.GRANT, detail)
        if not self._is_meant_by(self.mapping.lives):
            yield Barrier(Limit.GRANT, f"mapping {self.mapping.id} grants an audience {audience.id} that was deleted")
        for issuer in self.issuers:
            # An audience without environment is in none that an issuer could name (ATTACKS I4).
            if issuer.environments is not None and audience.environment not in issuer.environments:
                detail = f"issuer {issuer.id} is not for environment {audience.environment}"
                yield Barrier(Limit.ENVIRONMENT, detail)

    def _disabled(self) -> Iterator[str]:
        """Mapper and authentication refuse all but the audience before; here they count for those who only ask."""
        yield from () if self.audience.enabled else (f"audience {self.audience.id}",)
        confirmed = self.mapping.confirmed_for in (None, self.issuers[0].issuer)
        yield from () if self.mapping.enabled and confirmed else (f"mapping {self.mapping.id}",)
        yield from (f"issuer {issuer.id}" for issuer in self.issuers if not issuer.enabled)
        yield from (f"client {self.client.id}",) if self.client and not self.client.enabled else ()

    def _is_meant_by(self, lives: Lives) -> bool:
        """Whether the audience is the one that was named: its id may be another's by now."""
        return is_meant(lives, self.audience.document.ref, self.audience.since)

    @property
    def _grants(self) -> list[Grant]:
        return [grant for grant in self.mapping.grants if grant.audience == self.audience.id]


def is_for(owner: str | None, tenant: str | None) -> bool:
    """Whether what is `owner`'s may serve the tenant: what has a tenant serves that one alone, what has none all."""
    return owner is None or owner == tenant
