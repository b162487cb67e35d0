"""How often admins may ask, counted under the principal and under the tenant."""

from collections.abc import Iterator

from msgspec import Struct

from federation.limits.limiter import Limited, Limiter
from federation.limits.sources import source_of
from federation.model.trust import RateLimit


class AdminLimits(Struct, frozen=True):
    """Of the admin API. Its buckets are its own: what an admin asks takes nothing from exchanges."""

    limiter: Limiter
    principal_rate: RateLimit
    tenant_rate: RateLimit
    """Of all admins of one tenant together."""
    address_rate: RateLimit

    def check_source_rate(self, source_ip: str) -> None:
        """Before anything is read: counted in this process alone (ATTACKS Q1). Raises TooManyRequests."""
        self.limiter.check_local(("address", source_of(source_ip)), self.address_rate)

    def admit(self, principal: str, tenant: str | None) -> None:
        """Once it is proven who asks; raises TooManyRequests, and what `Allowances.take` raises."""
        self.limiter.admit(tuple(self._counted(principal, tenant)))

    def _counted(self, principal: str, tenant: str | None) -> Iterator[Limited]:
        """A principal of that name in another tenant, or in none, is another one."""
        own = () if tenant is None else (tenant,)
        yield Limited(("admin", principal, *own), self.principal_rate)
        if tenant is not None:
            yield Limited(("admins", tenant), self.tenant_rate)
