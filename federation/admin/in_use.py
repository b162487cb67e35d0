"""Who names a document: it is not deleted, nor given to another tenant, under those who rest on it (ATTACKS O6).

To disable a document is always possible; then what names it has come to its end, and is listed.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from federation.documents.document_set import Planned
from federation.documents.registry import REGISTRY, Tenancy, references
from federation.documents.rights import NOBODY, Rights, Surroundings, tenant_of
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind, is_meant
from federation.oauth.reasons import Reason
from federation.policy.ceilings import is_for
from federation.ports import DocumentPages, TrustWriter

MOST = 100
"""Documents that are looked for."""
NAMED = 5
"""Of which a message names as many."""


class InUse(Exception):
    """The write must not happen; the message says who names the document."""

    reason = Reason.DOCUMENT_IN_USE


class Users(Struct, frozen=True):
    """Documents that name another."""

    seen: tuple[DocumentRef, ...] = ()
    """Those that the admin may read."""
    hidden: int = 0
    """How many of other tenants there are beside them."""
    more: bool = False
    """Whether there are more than were looked for."""

    def __bool__(self) -> bool:
        return bool(self.seen or self.hidden)

    def __str__(self) -> str:
        """In words."""
        named = [f"{ref.kind} {ref.id}" for ref in self.seen[:NAMED]]
        further = len(self.seen) - len(named)
        named += [f"{further}{' or more' if self.more else ''} others"] if further or self.more else []
        named += [f"{self.hidden} of tenants that you cannot read"] if self.hidden else []
        return ", ".join(named)


class References(Struct, frozen=True):
    """Looks at what is stored, and at what a plan makes of it."""

    pages: DocumentPages
    writer: TrustWriter

    def check(self, plan: Sequence[Planned], rights: Rights) -> bool:
        """Raises InUse. True: the plan is safe as long as nothing else is written meanwhile."""
        leaving = [one for one in plan if one.action != "unchanged" and _leaves(one)]
        for one in leaving:
            users = self._users(one, plan, rights, broken=one.body is not None)
            if users:
                what = "deleted" if one.body is None else "moved to another tenant"
                raise InUse(f"{one.ref.kind} {one.ref.id} cannot be {what}, as these name it: {users}")
        return bool(leaving)

    def ended(self, plan: Sequence[Planned], rights: Rights) -> Users:
        """What the plan disables has these users."""
        disabled = [one for one in plan if _is_disabled(one)]
        found = [self._users(one, plan, rights) for one in disabled]
        return Users(
            tuple(dict.fromkeys(ref for users in found for ref in users.seen))[:MOST],
            sum(users.hidden for users in found),
            any(users.more for users in found),
        )

    def _users(self, named: Planned, plan: Sequence[Planned], rights: Rights, *, broken: bool = False) -> Users:
        """`broken`: only those that could not name it any more as it is to be."""
        around = Surroundings(self.pages, self.writer, {one.ref: one.body for one in plan})
        rewritten = {one.ref for one in plan}
        resting = (one for one in self._naming(named) if DocumentRef(one.kind, one.id) not in rewritten)
        meant = (
            one for one in resting if _may_name(named, one, around) and not (broken and _keeps(named, one, around))
        )
        found = list(islice(meant, MOST + 1))
        seen = [DocumentRef(one.kind, one.id) for one in found[:MOST] if rights.sees(one.kind, one.body, around)]
        return Users(tuple(seen), len(found[:MOST]) - len(seen), len(found) > MOST)

    def _naming(self, named: Planned) -> Iterator[StoredDocument]:
        """Every stored document that names it, kind by kind."""
        for kind, row in REGISTRY.items():
            if named.ref.kind in row.names:
                yield from self._of_kind(named, kind)

    def _of_kind(self, named: Planned, kind: Kind) -> Iterator[StoredDocument]:
        after: str | None = None
        while ids := self.pages.naming(named.ref, kind, after, MOST):
            states = self.writer.states([DocumentRef(kind, id_) for id_ in ids])
            documents = (states[DocumentRef(kind, id_)].document for id_ in ids)
            yield from (one for one in documents if one is not None and _names(one, named))
            after = ids[-1]


def _leaves(planned: Planned) -> bool:
    """Whether the document goes, or goes to another tenant."""
    stored = planned.state.document
    if stored is None or planned.body is None:
        return stored is not None
    moves = planned.body.get("tenant") is not None and planned.body.get("tenant") != stored.body.get("tenant")
    return moves and REGISTRY[planned.ref.kind].tenancy is Tenancy.OWN


def _is_disabled(planned: Planned) -> bool:
    stored = planned.state.document
    return (
        planned.body is not None
        and planned.body.get("enabled", True) is False
        and stored is not None
        and stored.body.get("enabled", True) is True
    )


def _names(document: StoredDocument, named: Planned) -> bool:
    """An index entry may be older than the document; and what was named may have been another of that id."""
    since = named.state.document.since if named.state.document else 0
    found = any(one.ref == named.ref for one in references(document.kind, document.body))
    return found and is_meant(document.lives, named.ref, since)


def _may_name(named: Planned, user: StoredDocument, around: Surroundings) -> bool:
    """Whether it rests on the document by rights: no tenant keeps another's documents from going by naming them."""
    stored = named.state.document
    return stored is not None and _fits(stored.body, named, user, around)


def _keeps(named: Planned, user: StoredDocument, around: Surroundings) -> bool:
    """Whether it may go on naming the document as that is to be."""
    return named.body is not None and _fits(named.body, named, user, around)


def _fits(body: JsonObject, named: Planned, user: StoredDocument, around: Surroundings) -> bool:
    owner = tenant_of(user.kind, user.body, around)
    if user.kind is Kind.POLICY and owner is None:
        return True  # a policy of everybody's speaks of any tenant's documents
    return owner != NOBODY and is_for(tenant_of(named.ref.kind, body, around), owner)
