"""PolicyDirectory over another, which is asked as seldom as may be."""

from federation.model.policy import PolicyDocuments
from federation.ports import Clock, PolicyDirectory
from federation.trust.directory import TTL
from federation.trust.kept import Kept


class CachedPolicies:
    """Safe to share between threads. The commit knows whether what is kept still holds."""

    def __init__(self, policies: PolicyDirectory, clock: Clock, ttl: float = TTL) -> None:
        self._policies = Kept(policies.policies, clock, ttl)

    def policies(self) -> PolicyDocuments:
        """The last good ones for a while if they cannot be read."""
        return self._policies.get()

    def forget(self) -> None:
        """Read again when they are next asked for."""
        self._policies.forget()
