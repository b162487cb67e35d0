"""Where a policy document lies: a shelf for each resource that its heads pin, so that no request reads others'.

A policy whose head says `resource in Environment::"prod"` can never touch a request for another environment. What its
head leaves open lies on its owner's open shelf, which every request of the owner's principals looks at.
"""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from typing import TypeAlias

from federation.model.policy import (
    NOTHING_FILED,
    POLICY_SET,
    FiledRule,
    FiledRules,
    Policy,
    PolicyDocuments,
    Shelf,
    Uid,
    Zone,
)
from federation.model.trust import DocumentVersion
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.compile import read_rule, rule_texts
from federation.policy.cedar.problem import PolicyProblem

DEFAULT_POLICY = Policy(id="default", version=0, cedar="permit (principal, action, resource);")
"""Shipped: whatever the grants allow. A document of that id takes its place, also a disabled one."""
_BLANK = " "
"""A text that cannot be read either, but is one."""
MAX_SHELVES = 30
"""On which one document lies: with more resources in its heads, all of it lies on the open shelf."""

NAMED_ACTION = "permits that name the action"
"""Stands for a type of entity, which no policy can write."""

Filing: TypeAlias = dict[Shelf, tuple[FiledRule, ...]]


def file_policy(policy: Policy) -> Filing:
    """Where the document lies. One that cannot be read lies on the open shelf, whose every reader it stops."""
    rules = tuple(_rules(policy)) if policy.enabled else ()
    filed: dict[Shelf, tuple[FiledRule, ...]] = {}
    for resource, rule in _spread(rules):
        shelf = Shelf(policy.tenant, resource)
        filed[shelf] = (*filed.get(shelf, ()), rule)
    if policy.id == DEFAULT_POLICY.id:
        here = Shelf(policy.tenant, None)
        filed[here] = (*filed.get(here, ()), FiledRule(policy.id, policy.version, len(rules), None, ""))
    return filed


def _rules(policy: Policy) -> Iterator[tuple[FiledRule, tuple[Uid | None, ...]]]:
    """Each with the resources under which it is looked for."""
    try:
        for number, text in enumerate(rule_texts(policy.cedar)):
            rule = read_rule(policy.id, number, text)
            filed = FiledRule(policy.id, policy.version, number, rule.head.principal, text)
            meant = rule.actions if rule.effect == "permit" else ()
            yield filed, (rule.head.resource, *(Uid(NAMED_ACTION, action) for action in sorted(meant)))
    except PolicyProblem:
        yield FiledRule(policy.id, policy.version, 0, None, policy.cedar or _BLANK), (None,)


def _spread(rules: Collection[tuple[FiledRule, tuple[Uid | None, ...]]]) -> Iterator[tuple[Uid | None, FiledRule]]:
    crowded = len({resource for _, resources in rules for resource in resources}) > MAX_SHELVES  # at most 3 are actions
    for rule, resources in rules:
        for resource in resources:
            pinned = resource if resource is None or resource.type == NAMED_ACTION or not crowded else None
            yield pinned, rule


class KnownPolicies:
    """PolicyDirectory over documents in memory. An owner's are filed when one of its shelves is read."""

    def __init__(self, documents: PolicyDocuments) -> None:
        self._documents = documents
        self._problem = _problem(documents.policies)
        self._by_owner: dict[str | None, list[Policy]] = {}
        for policy in documents.policies:
            self._by_owner.setdefault(policy.tenant, []).append(policy)
        self._filed: dict[str | None, ReadOnly[Shelf, FiledRules]] = {}

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        """Raises TemporarilyUnavailable for two documents of one id, and for a tenant's in the shipped one's place.

        What else cannot be read, the maker of rules finds out.
        """
        if self._problem:
            raise unavailable(self._problem)
        return {shelf: self._of(shelf.owner).get(shelf, NOTHING_FILED) for shelf in wanted}

    def zones(self) -> tuple[Zone, ...]:
        """All."""
        return self._documents.zones

    def policy_sets(self, _tenant: str | None) -> tuple[DocumentVersion, ...]:
        """One version for all of them."""
        return (DocumentVersion(POLICY_SET, self._documents.version),)

    def _of(self, owner: str | None) -> ReadOnly[Shelf, FiledRules]:
        if owner not in self._filed:
            self._filed[owner] = filed_together(self._by_owner.get(owner, ()))
        return self._filed[owner]


def filed_together(policies: Iterable[Policy]) -> dict[Shelf, FiledRules]:
    """What lies on each shelf if there are just these documents."""
    together: dict[Shelf, list[FiledRule]] = {}
    for policy in policies:
        for shelf, rules in file_policy(policy).items():
            together.setdefault(shelf, []).extend(rules)
    return {shelf: FiledRules.of(rules) for shelf, rules in together.items()}


def _problem(policies: Collection[Policy]) -> str:
    if len({policy.id for policy in policies}) != len(policies):
        return "two policies have the same id"
    if any(policy.id == DEFAULT_POLICY.id and policy.tenant for policy in policies):
        return "the default policy is everybody's: it cannot belong to a tenant"
    return ""


def unavailable(detail: str) -> TemporarilyUnavailable:
    """Nothing is decided without a policy that cannot be read."""
    return TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, detail)
