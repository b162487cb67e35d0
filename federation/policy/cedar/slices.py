"""The policies that could apply to a request, parsed: a decision reads and evaluates those and no others.

What the heads leave open stays in every slice: a forbid is never left out (ATTACKS invariant 10).
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

from federation.model.policy import FiledRule, FiledRules, Party, Place, Policy, PolicyDocuments, Shelf, Uid
from federation.policy.cedar.compile import policy_set, read_rule
from federation.policy.cedar.filing import DEFAULT_POLICY, NAMED_ACTION, KnownPolicies, file_policy, unavailable
from federation.policy.cedar.mentions import Mentions, all_mentions
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.rules import Rule
from federation.ports import PolicyDirectory
from federation.value import Redacted

MAX_SLICES = 256
"""Handles kept."""
MAX_KEPT_RULES = 4_000
"""Rules in the handles kept, about 20 KiB each."""

_OPEN = Shelf(None, None)
_SHIPPED = FiledRules.of(rule for rules in file_policy(DEFAULT_POLICY).values() for rule in rules if rule.cedar)


class _Part(NamedTuple):
    """The rules of a shelf that pin one principal, or none."""

    filed: FiledRules
    principal: Uid | None

    @property
    def rules(self) -> tuple[FiledRule, ...]:
        return self.filed.by_principal[self.principal]


_Parts: TypeAlias = tuple[_Part, ...]


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


class DirectorySlices:
    """Slices of what lies in a directory; safe to share between threads."""

    def __init__(self, directory: PolicyDirectory) -> None:
        self._directory = directory
        self._kept: OrderedDict[_Parts, Slice] = OrderedDict()
        self._lock = Lock()

    def meant(self, action: str, tenant: str | None) -> bool:
        """Whether the head of some permit names the action, for the principals of that tenant."""
        asked = [Shelf(owner, Uid(NAMED_ACTION, action)) for owner in _owners(tenant)]
        return any(filed.by_principal for filed in self._directory.shelves(asked).values())

    def slice_for(self, principal: Party, audience: Place) -> Slice:
        """What could apply; parsed when it is first asked for. Raises TemporarilyUnavailable."""
        found = self._directory.shelves(shelves_for(principal.tenant, audience))
        parts = tuple(_satisfied(found, principal))
        with self._lock:
            kept = self._kept.get(parts)
            if kept is not None:
                self._kept.move_to_end(parts)
                return kept
        made = _make(parts)
        with self._lock:
            self._kept[parts] = made
            self._make_room()
        return made

    def _make_room(self) -> None:
        """The slices that were asked for longest ago go first; the newest stays, however large."""
        while len(self._kept) > 1 and (
            len(self._kept) > MAX_SLICES or sum(len(one.rules) for one in self._kept.values()) > MAX_KEPT_RULES
        ):
            self._kept.popitem(last=False)


class PolicySlices(DirectorySlices):
    """Slices of documents in memory."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        """Reads nothing yet."""
        super().__init__(KnownPolicies(PolicyDocuments(0, tuple(policies))))


def shelves_for(tenant: str | None, audience: Place) -> tuple[Shelf, ...]:
    """Where everything lies that could apply to the tenant's principals at the audience."""
    places = (Uid("Audience", audience.id), *_in(Environment=audience.environment, Tenant=audience.tenant))
    return tuple(Shelf(owner, resource) for owner in _owners(tenant) for resource in (None, *places))


def _owners(tenant: str | None) -> tuple[str | None, ...]:
    """The owners of policies about the tenant's principals: the shared ones, and its own."""
    return tuple(dict.fromkeys((None, tenant)))


def _satisfied(found: ReadOnly[Shelf, FiledRules], principal: Party) -> Iterator[_Part]:
    """Rules whose heads pin the principal, its tenant, or nothing; the shipped one unless a document replaces it."""
    filed = [*found.values()] if found[_OPEN].has(DEFAULT_POLICY.id) else [_SHIPPED, *found.values()]
    pins = (None, Uid("Principal", principal.id), *_in(Tenant=principal.tenant))
    yield from (_Part(one, pin) for one in filed for pin in pins if pin in one.by_principal)


def _make(parts: _Parts) -> Slice:
    filed = [rule for part in parts for rule in part.rules if rule.cedar]
    rules = {rule.id: rule for rule in sorted(map(_read, filed), key=lambda rule: rule.id)}
    mentioned = all_mentions(rule.mentions for rule in rules.values())
    others = _actions_of_others(rules.values()) if any(part.filed is _SHIPPED for part in parts) else None
    return Slice(rules, _handle(tuple(rules.values())), mentioned, _snapshot(filed), others)


def _actions_of_others(rules: Iterable[Rule]) -> frozenset[str] | None:
    """Those that the heads of all rules but the shipped one name; None: one of them is about any action."""
    others = [rule.actions for rule in rules if rule.document != DEFAULT_POLICY.id]
    return frozenset().union(*others) if all(others) else None


def _snapshot(filed: Iterable[FiledRule]) -> str:
    documents = sorted({(rule.document, rule.version) for rule in filed})
    return hashlib.sha256(json.dumps(documents).encode()).hexdigest()


def _read(filed: FiledRule) -> Rule:
    try:
        return read_rule(filed.document, filed.number, filed.cedar)
    except PolicyProblem as problem:
        raise unavailable(f"policy {filed.document} version {filed.version}: {problem}") from problem


def _handle(rules: tuple[Rule, ...]) -> PolicySet:
    try:
        return policy_set(rules)
    except (ValueError, RecursionError) as error:
        raise unavailable(f"a slice of {len(rules)} policies: {error}") from error


def _in(**ids: str | None) -> tuple[Uid, ...]:
    return tuple(Uid(type_name, entity) for type_name, entity in ids.items() if entity is not None)
