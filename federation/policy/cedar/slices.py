"""All policies, filed by what their heads pin, so that a decision evaluates only those that could apply to it.

A policy whose head says `resource in Environment::"prod"` can never touch a request for another environment. What the
heads leave open stays in every slice: a forbid is never left out (ATTACKS invariant 10).
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from threading import Lock
from typing import ClassVar, NamedTuple, TypeAlias

from cedarpy import PolicySet
from msgspec import Struct

from federation.model.policy import Party, Place, Policy
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.compile import policy_set, read_policy
from federation.policy.cedar.heads import Uid
from federation.policy.cedar.mentions import Mentions, all_mentions
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.rules import Rule
from federation.value import Redacted

DEFAULT_POLICY = Policy(id="default", version=0, cedar="permit (principal, action, resource);")
"""Shipped: whatever the grants allow. A document of that id takes its place, also a disabled one."""
MAX_SLICES = 256
"""Handles kept."""
MAX_KEPT_RULES = 4_000
"""Rules in the handles kept, about 20 KiB each."""


class _Who(NamedTuple):
    """Whose requests a rule can concern at all: the rest of it need not be looked at for anybody else."""

    principal: Uid | None
    """Pinned by its head."""
    tenant: str | None
    """Whose document it is: it is about nobody else's principals."""


_Shelf: TypeAlias = tuple[Uid | None, _Who]
"""What a rule asks for before it can apply, the resource first; a request looks at every shelf it could satisfy."""


class Slice(Redacted, Struct, frozen=True):
    """The rules that could apply to a request, parsed."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"handle"})

    rules: ReadOnly[str, Rule]
    """By id in the engine."""
    handle: PolicySet
    mentions: Mentions
    """What any of them may read of a request."""
    snapshot: str
    """SHA-256 (hex) over (id, version) of the documents they come from."""
    only_shipped_but_for: frozenset[str] | None = None
    """Actions that a rule beside the shipped one, which permits all, can concern. None: any, or none is shipped."""


class PolicySlices:
    """Made anew for every new set of documents; safe to share between threads."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        """Raises TemporarilyUnavailable if any enabled policy cannot be read: nothing is decided without it."""
        documents = _with_default(tuple(policies))
        self._versions = {policy.id: policy.version for policy in documents}
        self._has_shipped = DEFAULT_POLICY in documents
        self._shelves: dict[Uid | None, dict[_Who, list[Rule]]] = {}
        self._meant: dict[str | None, frozenset[str]] = {}
        for policy in documents:
            for rule in _read(policy):
                who = _Who(rule.head.principal, policy.tenant)
                self._shelves.setdefault(rule.head.resource, {}).setdefault(who, []).append(rule)
                if rule.effect == "permit":
                    self._meant[policy.tenant] = self._meant.get(policy.tenant, frozenset()) | rule.actions
        self._kept: OrderedDict[tuple[_Shelf, ...], Slice] = OrderedDict()
        self._lock = Lock()

    def meant(self, action: str, tenant: str | None) -> bool:
        """Whether the head of some permit names the action, for the principals of that tenant."""
        return any(action in self._meant.get(owner, ()) for owner in (None, tenant))

    def slice_for(self, principal: Party, audience: Place) -> Slice:
        """What could apply; parsed when it is first asked for. Raises TemporarilyUnavailable."""
        shelves = tuple(self._satisfied(principal, audience))
        with self._lock:
            kept = self._kept.get(shelves)
            if kept is not None:
                self._kept.move_to_end(shelves)
                return kept
        made = self._make(shelves)
        with self._lock:
            self._kept[shelves] = made
            self._make_room()
        return made

    def _satisfied(self, principal: Party, audience: Place) -> Iterator[_Shelf]:
        """Where rules lie whose heads pin the entities themselves, what those are in, or nothing."""
        everybody = (None, Uid("Principal", principal.id), *_in(Tenant=principal.tenant))
        owners = dict.fromkeys((None, principal.tenant))
        places = (None, Uid("Audience", audience.id), *_in(Environment=audience.environment, Tenant=audience.tenant))
        for where in places:
            shelf = self._shelves.get(where)
            if shelf is not None:
                known = (_Who(who, owner) for who in everybody for owner in owners)
                yield from ((where, who) for who in known if who in shelf)

    def _make(self, shelves: tuple[_Shelf, ...]) -> Slice:
        found = (rule for where, who in shelves for rule in self._shelves[where][who])
        rules = {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}
        mentioned = all_mentions(rule.mentions for rule in rules.values())
        others = _actions_of_others(rules.values()) if self._has_shipped else None
        return Slice(rules, _handle(tuple(rules.values())), mentioned, self._snapshot(rules.values()), others)

    def _snapshot(self, rules: Iterable[Rule]) -> str:
        documents = sorted({rule.document for rule in rules})
        return hashlib.sha256(json.dumps([(name, self._versions[name]) for name in documents]).encode()).hexdigest()

    def _make_room(self) -> None:
        """The slices that were asked for longest ago go first; the newest stays, however large."""
        while len(self._kept) > 1 and (
            len(self._kept) > MAX_SLICES or sum(len(one.rules) for one in self._kept.values()) > MAX_KEPT_RULES
        ):
            self._kept.popitem(last=False)


def _with_default(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """The enabled documents, and the shipped one unless an admin's takes its place."""
    names = {policy.id for policy in policies}
    if len(names) != len(policies):
        raise _unavailable("two policies have the same id")
    if any(policy.id == DEFAULT_POLICY.id and policy.tenant for policy in policies):
        raise _unavailable("the default policy is everybody's: it cannot belong to a tenant")
    shipped = () if DEFAULT_POLICY.id in names else (DEFAULT_POLICY,)
    return (*shipped, *(policy for policy in policies if policy.enabled))


def _actions_of_others(rules: Iterable[Rule]) -> frozenset[str] | None:
    """Those that the heads of all rules but the shipped one name; None: one of them is about any action."""
    others = [rule.actions for rule in rules if rule.document != DEFAULT_POLICY.id]
    return frozenset().union(*others) if all(others) else None


def _read(policy: Policy) -> tuple[Rule, ...]:
    try:
        return read_policy(policy.id, policy.cedar).rules
    except PolicyProblem as problem:
        raise _unavailable(f"policy {policy.id} version {policy.version}: {problem}") from problem


def _handle(rules: tuple[Rule, ...]) -> PolicySet:
    try:
        return policy_set(rules)
    except (ValueError, RecursionError) as error:
        raise _unavailable(f"a slice of {len(rules)} policies: {error}") from error


def _unavailable(detail: str) -> TemporarilyUnavailable:
    return TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, detail)


def _in(**ids: str | None) -> tuple[Uid, ...]:
    return tuple(Uid(type_name, entity) for type_name, entity in ids.items() if entity is not None)
