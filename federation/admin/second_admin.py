"""Whether a second admin is one: not an identity that the first has just made (ATTACKS E10, O2).

An admin who may write trust makes admins, so a second one proves something only if they were there before: before what
they are to confirm was written, and for long enough that others could see who made them, and take it back. And all that
time: a token that made its holder another admin for a moment outlives the change that made them one.
"""

from collections.abc import Iterator

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.admin.confirm import CannotConfirm
from federation.admin.log_in import bodies_since, keeps
from federation.documents.document_set import Planned
from federation.documents.registry import REGISTRY
from federation.mapping.own import documents_behind
from federation.model.binding import Binding
from federation.model.confirmation import APPROVALS_DECIDE, TRUST_WRITE
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.own_claims import OwnClaims
from federation.model.trust import DocumentRef, Kind
from federation.ports import Clock, History, IssuerKeyStore, TrustWriter

SEEN_FOR = 24 * 60 * 60
"""Seconds that an admin has been one before they may confirm, or approve."""


SEEDED = "serve/trust"
"""Who writes the documents with which a laptop's bridge begins."""


class NewAdmin(CannotConfirm):
    """They may confirm or decide later, or another admin may now."""


class SecondAdmin(Struct, frozen=True):
    """Looks at what the documents that make an admin said by then."""

    writer: TrustWriter
    past: History
    pushed: IssuerKeyStore
    clock: Clock
    laptop: bool = False
    """Whether deciders count as admins from the start by the documents with which the bridge began, a moment ago."""

    def check(self, came: OwnClaims | None, confirmed: Planned) -> None:
        """Raises NewAdmin. `came`: what the confirming admin's token said."""
        written = confirmed.state.document.change if confirmed.state.document else None
        self._check(came, TRUST_WRITE, written.when if written else None, seeded=False)

    def check_decider(self, came: OwnClaims | None, asked_at: float) -> None:
        """Raises NewAdmin for who was made an admin by or for the requester. `asked_at`: seconds since the epoch."""
        self._check(came, APPROVALS_DECIDE, rfc3339(asked_at - 1), seeded=self.laptop)

    def _check(self, came: OwnClaims | None, scope: str, before: str | None, *, seeded: bool) -> None:
        if came is None:
            raise NewAdmin("An admin is known by a token; there was none.")
        if came.chain:  # its receiver may be another, if a policy permits to impersonate by now
            raise NewAdmin("Your token was made from another of ours; log in anew, or let another admin do it.")
        seen = rfc3339(self.clock.now() - SEEN_FOR)
        for ref in self._changed_since(came, scope, min(seen, before or seen), seeded=seeded):
            message = f"{ref.kind} {ref.id}, which makes you an admin, has not said so for a day, and since before this"
            raise NewAdmin(f"{message} was written; another admin can do it.")

    def _changed_since(self, came: OwnClaims, scope: str, since: str, *, seeded: bool) -> Iterator[DocumentRef]:
        for ref, state in self.writer.states(documents_behind(came)).items():
            *later, then = bodies_since(self.past, ref, since, lambda change: seeded and _is_seeded(change))
            now = state.document.body if state.document else None
            kept = all(_keeps(ref.kind, then, body, came.binding) for body in (now, *later))
            if not (kept and _gives(scope, ref, then)) or self._was_given_keys(ref, since):
                yield ref

    def _was_given_keys(self, ref: DocumentRef, since: str) -> bool:
        """No document says so: who gives an issuer keys can be each of its subjects."""
        keys = self.pushed.load(ref.id).keys if ref.kind is Kind.ISSUER else None
        return keys is not None and keys.given_at is not None and rfc3339(keys.given_at) > since


def _keeps(kind: Kind, before: JsonObject | None, after: JsonObject | None, binding: Binding | None) -> bool:
    """Whether it lets in the same people: with one more audience, those who were given tokens for that are let in."""
    named = [body.get("audiences") for body in (before, after) if body is not None and kind is Kind.ISSUER]
    return keeps(kind, before, after, binding) and all(one == named[0] for one in named)


def _gives(scope: str, ref: DocumentRef, body: JsonObject | None) -> bool:
    if body is None:
        return False
    return ref.kind not in _GIVING or scope in REGISTRY[ref.kind].gives(body)


_GIVING = frozenset({Kind.MAPPING, Kind.CLIENT})


def _is_seeded(change: Change) -> bool:
    """No admin of that name: what they write has the id of a request."""
    return change.who == SEEDED and not change.request
