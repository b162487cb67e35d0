"""What changed rules mean for identities that nobody has seen: whom a rule names now, and whom no more."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from msgspec import Struct, field

from federation.insight.effects.access import Access, Right, Terms
from federation.insight.effects.static import granted_by
from federation.insight.effects.touch import changed_refs
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import value_matches
from federation.model.client_credentials import mapping_of
from federation.model.trust import DocumentRef, Kind, Mapping

Rights: TypeAlias = dict[Right, Terms]


class Met(Struct, frozen=True):
    """Ids of the mappings by which somebody who was seen came in, and comes in now."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)

    def add(self, old: Access, new: Access) -> None:
        """Somebody, where there is anything to be had."""
        for access, known in ((old, self.before), (new, self.after)):
            if access.mapping is not None and access.rights:
                known.add(access.mapping)


def unseen_changes(before: Snapshot, after: Snapshot, met: Met) -> Iterator[tuple[Rights, Rights]]:
    """(what they had, what they have) by each changed rule, in the order of the documents.

    A rule whose Issuer names another URL by now has changed as well: it fits the people of that one. So has one whose
    Issuer was disabled or enabled.

    Whoever was seen stands for everybody whom a rule fits as before. Whom it fits only now, or no more, is told of by
    itself: a rule that names somebody else gives to one whom nobody has seen.
    """
    moved = _moved_issuers(before, after)
    told = moved | _switched_issuers(before, after)
    rules = {DocumentRef(Kind.MAPPING, one.id) for one in after.mappings() if one.issuer in told}
    for ref in sorted(changed_refs(before, after) | rules):
        old, new = granted_by(before, ref), granted_by(after, ref)
        rule = mapping_of(ref.id) if ref.kind is Kind.CLIENT else ref.id
        had, has = rule in met.before, rule in met.after
        lets_in, shuts_out = _fits_others(before, after, ref, moved) if old and new else (False, False)
        if lets_in and (had or not has):
            yield {}, new
        if shuts_out and (has or not had):
            yield old, {}
        if not (had or has or (lets_in and shuts_out)):
            yield old, new


def _moved_issuers(before: Snapshot, after: Snapshot) -> set[str]:
    """Ids of those that vouch for other people than before."""
    urls = {one.id: one.issuer for one in before.issuers()}
    return {one.id for one in after.issuers() if urls.get(one.id, one.issuer) != one.issuer}


def _switched_issuers(before: Snapshot, after: Snapshot) -> set[str]:
    """Ids of those that are believed again, or no more."""
    enabled = {one.id: one.enabled for one in before.issuers()}
    return {one.id for one in after.issuers() if enabled.get(one.id, one.enabled) != one.enabled}


def _fits_others(before: Snapshot, after: Snapshot, ref: DocumentRef, moved: Collection[str]) -> tuple[bool, bool]:
    """(whether it fits somebody whom it did not, whether it fitted somebody whom it does not)."""
    old, new = before.mapping(ref.id), after.mapping(ref.id)
    if ref.kind is not Kind.MAPPING or old is None or new is None:
        return False, False
    if new.issuer in moved:
        return True, True
    return not _is_within(new, old), not _is_within(old, new)


def _is_within(narrow: Mapping, wide: Mapping) -> bool:
    """Whether whoever fits the one fits the other; never yes where somebody does not."""
    lines = dict(narrow.match)
    implied = (name in lines and value_matches(value, lines[name]) for name, value in wide.match)
    return narrow.issuer == wide.issuer and all(implied)
