"""PolicyDirectory over another, which is asked for what moved alone."""

from collections.abc import Collection, Iterable

from federation.model.policy import POLICY_SET, FiledRules, Shelf, Zone, policy_set_of
from federation.model.trust import DocumentRef, DocumentVersion
from federation.ports import PolicyDirectory
from federation.trust.remembered import Remembered
from federation.trust.versions import KnownVersions

MAX_SHELVES = 1_000
"""Those with nothing on them included."""
_ZONES = "zones"


class CachedPolicies:
    """Safe to share between threads. What is kept holds until a policy of its owner is written."""

    def __init__(self, policies: PolicyDirectory, versions: KnownVersions) -> None:
        self._policies = policies
        self._versions = versions
        self._shelves: Remembered[FiledRules] = Remembered(versions, MAX_SHELVES)
        self._zones: Remembered[tuple[Zone, ...]] = Remembered(versions, 1)

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        """The same objects until something moved: one read for all that are not at hand."""
        found = {shelf: kept for shelf in wanted if (kept := self._shelves.get(shelf)) is not None}
        missing = [shelf for shelf in wanted if shelf not in found]
        if missing:
            versions = self._versions.of(_sets(shelf.owner for shelf in missing))
            for shelf, rules in self._policies.shelves(missing).items():
                ref = policy_set_of(shelf.owner)
                self._shelves.put(shelf, rules, {ref: versions[ref]})
                found[shelf] = rules
        return {shelf: found[shelf] for shelf in wanted}

    def zones(self) -> tuple[Zone, ...]:
        """The same object until a zone, or a policy without a tenant, is written."""
        kept = self._zones.get(_ZONES)
        if kept is not None:
            return kept
        rests_on = self._versions.of([POLICY_SET])
        found = self._policies.zones()
        self._zones.put(_ZONES, found, rests_on)
        return found

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        """As they are known."""
        versions = self._versions.of(_sets((None, tenant)))
        return tuple(DocumentVersion(ref, version) for ref, version in versions.items())


def _sets(owners: Iterable[str | None]) -> list[DocumentRef]:
    return list(dict.fromkeys(policy_set_of(owner) for owner in owners))
