"""What an edit means: who gains and who loses what, by deciding again for all identities that were seen."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct, field

from federation.insight.effects.access import ObservedExchange, Right, Terms, access_of
from federation.insight.effects.static import Met, Touched, changed_refs, examples_of, unseen_changes
from federation.insight.explain.decision import Decisions
from federation.insight.render import render
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.trust import DocumentRef, Kind

Progress: TypeAlias = Callable[[int, int], None]
"""(how many were looked at, how many there are)."""

_Before: TypeAlias = Terms | None


class Effect(Struct, frozen=True):
    """A right that an identity gains, loses, or has on other terms."""

    principal: str
    tenant: str | None
    audience: str
    scopes: tuple[str, ...]
    before: Terms | None
    """None: it had none of it."""
    after: Terms | None
    """None: it has none of it any more."""
    observed: int
    """Identities that were seen; 0: the documents alone say so."""


class ChangedExample(Struct, frozen=True):
    """A policy's own example that comes out otherwise."""

    policy: str
    number: int
    """From 0."""
    principal: str
    audience: str
    allowed_before: bool
    allowed_after: bool


class Effects(Struct, frozen=True):
    """Sorted by principal, audience and scopes."""

    gained: tuple[Effect, ...] = ()
    lost: tuple[Effect, ...] = ()
    changed: tuple[Effect, ...] = ()
    examples: tuple[ChangedExample, ...] = ()
    identities: int = 0
    """How many different ones were seen."""
    decided_again: int = 0
    """How many of them the edit could touch."""


class _Tally(Struct):
    """Right -> how many identities had it before and have it now, and on which terms."""

    terms: dict[tuple[Right, _Before, _Before], int] = field(default_factory=dict)

    def add(self, before: dict[Right, Terms], after: dict[Right, Terms], count: int) -> None:
        for right in before.keys() | after.keys():
            key = (right, before.get(right), after.get(right))
            if key[1] != key[2]:
                self.terms[key] = self.terms.get(key, 0) + count


def _ignore(_done: int, _of: int) -> None:
    return None


def effects(
    before: Snapshot,
    after: Snapshot,
    seen: Iterable[ObservedExchange],
    own_issuer: str,
    now: int,
    progress: Progress = _ignore,
) -> Effects:
    """What changes between two sets of documents. `now`: seconds since the epoch; `own_issuer`: our URL.

    Raises TemporarilyUnavailable for unreadable policies.
    """
    changed = changed_refs(before, after)
    identities = _distinct(seen)
    touched = Touched(before, after, changed)
    again = [one for one in identities if touched.touches(one)]
    tally, then, now_ = _Tally(), Decisions(before, own_issuer), Decisions(after, own_issuer)
    met = Met()
    for number, one in enumerate(again):
        question = one.question(now)
        old, new = access_of(then, question), access_of(now_, question)
        tally.add(old.rights, new.rights, 1)
        met.add(old, new)
        progress(number + 1, len(again))
    for had, has in unseen_changes(before, after, met):
        tally.add(had, has, 0)
    return _told(tally, tuple(_changed_examples(before, after, changed)), len(identities), len(again))


def _distinct(seen: Iterable[ObservedExchange]) -> list[ObservedExchange]:
    """A caller that asks ten times is one identity, wherever its last token was for."""
    by_identity: dict[str, ObservedExchange] = {}
    for one in seen:
        who = [one.issuer, render(one.claims), one.actor_issuer, render(one.actor_claims), one.ip, one.client]
        by_identity.setdefault(json.dumps(who, sort_keys=True), one)
    return list(by_identity.values())


def _changed_examples(before: Snapshot, after: Snapshot, changed: Iterable[DocumentRef]) -> Iterator[ChangedExample]:
    if not any(ref.kind in (Kind.POLICY, Kind.AUDIENCE) for ref in changed):
        return
    pairs = zip(examples_of(after, before), examples_of(after, after), strict=True)
    for (policy, number, right, old), (_, _, _, new) in pairs:
        if old != new:
            yield ChangedExample(policy, number, right.principal, right.audience, old, new)


def _told(tally: _Tally, examples: tuple[ChangedExample, ...], identities: int, again: int) -> Effects:
    told = _grouped(tally)
    return Effects(
        gained=tuple(one for one in told if one.before is None),
        lost=tuple(one for one in told if one.after is None),
        changed=tuple(one for one in told if one.before is not None and one.after is not None),
        examples=examples,
        identities=identities,
        decided_again=again,
    )


def _grouped(tally: _Tally) -> list[Effect]:
    """Scopes of one principal at one audience, on the same terms, side by side."""
    scopes: dict[tuple[str, str | None, str, _Before, _Before, int], list[str]] = {}
    for (right, before, after), count in tally.terms.items():
        key = (right.principal, right.tenant, right.audience, before, after, count)
        scopes.setdefault(key, []).append(right.scope)
    told = [
        Effect(principal, tenant, audience, tuple(sorted(names)), before, after, count)
        for (principal, tenant, audience, before, after, count), names in scopes.items()
    ]
    return sorted(told, key=lambda one: (one.principal, one.tenant or "", one.audience, one.scopes, str(one.after)))
