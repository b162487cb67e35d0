"""AudienceDirectory and PolicyDirectory over a few documents that a test says outright."""

from collections.abc import Collection

from federation.model.policy import FiledRules, PolicyDocuments, Shelf, Zone
from federation.model.trust import Audience, DocumentVersion
from federation.policy.cedar.filing import KnownPolicies


class KnownDocuments:
    """Base of worlds: they say which `audiences` and `policies` there are."""

    def audiences(self) -> tuple[Audience, ...]:
        raise NotImplementedError

    def policies(self) -> PolicyDocuments:
        return PolicyDocuments(0)

    def audience(self, id_: str) -> Audience | None:
        return next((one for one in self.audiences() if one.id == id_), None)

    def audiences_at(self, resource: str) -> tuple[Audience, ...]:
        return tuple(one for one in self.audiences() if one.resource == resource)

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        return KnownPolicies(self.policies()).shelves(wanted)

    def zones(self) -> tuple[Zone, ...]:
        return self.policies().zones

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        return KnownPolicies(self.policies()).policy_sets(tenant)
