"""Whether a second admin is one: not somebody whom the first has just made (ATTACKS E10).

Whoever may write trust may make admins, so a second one proves something only if they were there before: before what
they are to confirm was written, and for long enough that others could see who made them, and take it back. And all that
time: a token by which somebody was another admin for a moment outlives the change that made them one.
"""

from collections.abc import Iterator

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.admin.confirm import CannotConfirm
from federation.admin.lockout import bodies_since, keeps
from federation.documents.planned import Planned
from federation.mapping.own import documents_behind
from federation.model.admin import TRUST_WRITE, admin_scopes
from federation.model.binding import Binding
from federation.model.json import JsonObject
from federation.model.own_claims import OwnClaims
from federation.model.trust import DocumentRef, Kind
from federation.ports import Clock, History, IssuerKeyStore, TrustWriter

SEEN_FOR = 24 * 60 * 60
"""Seconds that an admin has been one before they may confirm."""


class NewAdmin(CannotConfirm):
    """They may confirm later, or somebody else may now."""


class SecondAdmin(Struct, frozen=True):
    """Looks at what the documents that make somebody an admin said by then."""

    writer: TrustWriter
    past: History
    pushed: IssuerKeyStore
    clock: Clock

    def check(self, came: OwnClaims | None, confirmed: Planned) -> None:
        """Raises NewAdmin. `came`: what the token said with which somebody confirms."""
        if came is None:
            raise NewAdmin("Nobody in particular confirms nothing.")
        if came.chain:  # whoever received that one may be somebody else, if a policy permits to impersonate by now
            raise NewAdmin("Your token was made from another of ours; log in anew, or let another admin confirm it.")
        seen, pending = rfc3339(self.clock.now() - SEEN_FOR), confirmed.state.document
        written = pending.change if pending else None
        since = min(seen, written.when) if written else seen
        for ref in self._changed_since(came, since):
            message = f"{ref.kind} {ref.id}, which makes you an admin, has not said so for a day, and since before this"
            raise NewAdmin(f"{message} was written; another admin can confirm it.")

    def _changed_since(self, came: OwnClaims, since: str) -> Iterator[DocumentRef]:
        for ref, state in self.writer.states(documents_behind(came)).items():
            *later, then = bodies_since(self.past, ref, since)
            now = state.document.body if state.document else None
            kept = all(_keeps(ref.kind, then, body, came.binding) for body in (now, *later))
            if not (kept and _lets_write(ref, then)) or self._was_given_keys(ref, since):
                yield ref

    def _was_given_keys(self, ref: DocumentRef, since: str) -> bool:
        """No document says so: whoever gives an issuer keys is whomever it vouches for."""
        keys = self.pushed.load(ref.id).keys if ref.kind is Kind.ISSUER else None
        return keys is not None and keys.given_at is not None and rfc3339(keys.given_at) > since


def _keeps(kind: Kind, before: JsonObject | None, after: JsonObject | None, binding: Binding | None) -> bool:
    """Whether it lets in the same people: with one more audience, those who were given tokens for that are let in."""
    named = [body.get("audiences") for body in (before, after) if body is not None and kind is Kind.ISSUER]
    return keeps(kind, before, after, binding) and all(one == named[0] for one in named)


def _lets_write(ref: DocumentRef, body: JsonObject | None) -> bool:
    if body is None:
        return False
    if ref.kind is Kind.CLIENT:
        scopes = body.get("scopes")
        return isinstance(scopes, list) and TRUST_WRITE in scopes
    return ref.kind is not Kind.MAPPING or TRUST_WRITE in admin_scopes(body)
