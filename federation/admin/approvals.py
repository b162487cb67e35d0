"""What people say to requests for approval.

No party decides about its own request: neither the principal, nor who acts for it, nor the client that
asks, nor any client that a token behind the request was issued to, whichever of their tokens they come with,
nor the same person under another name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from federation.audit.event import event
from federation.model.approval import ApprovalPage, ApprovalRequest, ApprovalState, StoredApproval
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import CLIENT_NAMESPACE
from federation.oauth.errors import OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import ApprovalLog, Approvals, Clock, Identifiers, Ledger, VersionConflict

LIFETIME = 15 * 60
LONGEST = 24 * 60 * 60
"""Seconds that an approval can be used."""
MOST_USES = 100
DENIED = 15 * 60
"""Seconds that a denial holds at least, so that it cannot be asked away."""
MAX_REASON = 512
MAX_PAGES = 10
"""Pages of the store that one page takes: a tenant's requests lie among everybody's."""


class CannotDecide(Exception):
    """Nothing was decided; the message says why, and what to do."""


class NoSuchApproval(CannotDecide):
    """There is no such request, or no longer, or in another tenant."""


class MayNotDecide(CannotDecide):
    """The decider has a part in the request."""


class NewDecider(CannotDecide):
    """The decider may be whom the requester has just made an admin."""


class AlreadyDecided(CannotDecide):
    """Another admin was quicker."""


class OutOfBounds(CannotDecide):
    """Too long, too often, or a reason that is no line of text."""


class Decider(Struct, frozen=True):
    """Who decides, as a verified token with the scope for it says."""

    principal: str
    tenant: str | None = None
    """None: may decide for every tenant."""
    actors: tuple[str, ...] = ()
    """Who acts for the decider."""
    request: str = ""
    """The correlation id under which they decide."""
    subjects: frozenset[str] = frozenset()
    """Of issuers, who stand behind the decider and the actors, as their revocations are named."""


class _Said(Struct, frozen=True):
    state: ApprovalState
    reason: str
    lifetime: int
    """Seconds."""
    uses: int = 0

    def about(self, pending: StoredApproval, by: Decider, now: int) -> StoredApproval:
        ends = now + self.lifetime
        return replace(
            pending,
            state=self.state,
            expires_at=ends if self.state is ApprovalState.APPROVED else max(ends, pending.expires_at),
            version=pending.version + 1,
            decided_by=by.principal,
            decided_at=now,
            reason=self.reason,
            uses=self.uses,
        )


class DecisionTrail(Struct, frozen=True):
    """Decisions in the signed archive, beside the tokens that they let through."""

    ledger: Ledger
    clock: Clock
    identifiers: Identifiers

    @contextmanager
    def kept(self, entry: JsonObject, by: Decider) -> Iterator[None]:
        """The record is durable before what it tells of holds; discarded if that comes to nothing."""
        jti = self.identifiers.new()
        filed = event({**entry, "jti": jti}, self.clock.now(), by.principal, by.request or jti, *_about(entry))
        self.ledger.commit(filed, ())
        try:
            yield
        except (CannotDecide, OAuthError) as error:
            with suppress(OAuthError):
                self.ledger.discard(filed, (), type(error).__name__)
            raise


def _about(entry: JsonObject) -> Iterator[RevocationKey]:
    """Whose request is decided, and through which client it came."""
    for target, name in ((RevocationTarget.PRINCIPAL, "principal"), (RevocationTarget.CLIENT, "client_id")):
        if entry.get(name):
            yield RevocationKey(target, str(entry[name]))


class Approver:
    """Shows what waits, and takes decisions. The admin's scope is checked before."""

    def __init__(self, approvals: Approvals, clock: Clock, log: ApprovalLog, trail: DecisionTrail) -> None:
        self._approvals = approvals
        self._clock = clock
        self._log = log
        self._trail = trail

    def page(self, tenant: str | None, state: str | None, after: str | None, limit: int) -> ApprovalPage:
        """What the admins of the tenant (None: of all tenants) decide and have decided. `state`: only what is so.

        Raises ValueError for a bad `after`.
        """
        found: list[StoredApproval] = []
        for _ in range(MAX_PAGES):
            page = self._approvals.page(after, limit - len(found))
            found += [one for one in page.items if tenant in (None, one.request.tenant) and state in (None, one.state)]
            after = page.after
            if after is None or len(found) >= limit:
                break
        return ApprovalPage(tuple(found), after)

    def find(self, id_: str, tenant: str | None) -> StoredApproval | None:
        """None: there is none of that id, it has expired, or it is another tenant's."""
        stored = self._approvals.approval(id_)
        return stored if stored and tenant in (None, stored.request.tenant) else None

    def approve(
        self,
        id_: str,
        by: Decider,
        *,
        lifetime: int = LIFETIME,
        uses: int = 1,
        reason: str = "",
        check: Callable[[StoredApproval], None] = lambda _: None,
    ) -> StoredApproval:
        """Good for `uses` tokens within `lifetime` seconds. Raises CannotDecide, TemporarilyUnavailable.

        `check`: whether the decider may approve this at all; raises CannotDecide.
        """
        return self._decide(id_, by, _Said(ApprovalState.APPROVED, reason, lifetime, uses), check)

    def deny(self, id_: str, by: Decider, *, reason: str = "") -> StoredApproval:
        """Holds as long as the request would have, 15 minutes at least. Raises what `approve` raises."""
        return self._decide(id_, by, _Said(ApprovalState.DENIED, reason, DENIED))

    def _decide(
        self, id_: str, by: Decider, said: _Said, check: Callable[[StoredApproval], None] = lambda _: None
    ) -> StoredApproval:
        """The record comes first: a decision of which there is none never holds."""
        try:
            pending = self._pending(id_, by)
            check(pending)
            _check_bounds(said)
            entry = self._record(id_, by, said, said.state.value, _describe(pending.request))
            with self._trail.kept(entry, by):
                return self._write(said.about(pending, by, int(self._clock.now())))
        except CannotDecide as refusal:
            self._record(id_, by, said, "refused", {"refusal": type(refusal).__name__})
            raise

    def _pending(self, id_: str, by: Decider) -> StoredApproval:
        stored = self.find(id_, by.tenant)
        if stored is None:
            raise NoSuchApproval("Nobody asks for this approval, or it has expired; have the request repeated.")
        if _takes_part(by, stored.request):
            raise MayNotDecide("Whoever asks for an approval cannot give it; somebody else must decide.")
        if stored.state is not ApprovalState.PENDING:
            raise AlreadyDecided(f"It is {stored.state.value} already.")
        return stored

    def _write(self, decided: StoredApproval) -> StoredApproval:
        try:
            self._approvals.decide(decided)
        except VersionConflict as error:
            raise AlreadyDecided("Somebody else decided at the same time; read what it says now.") from error
        return decided

    def _record(self, id_: str, by: Decider, said: _Said, outcome: str, more: JsonObject) -> JsonObject:
        entry: JsonObject = {
            "time": datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds"),
            "approval": id_[:MAX_REASON],
            "outcome": outcome,
            "wanted": said.state.value,
            "decided_by": by.principal,
            "decider_tenant": by.tenant,
            "decider_actors": list(by.actors),
            "reason": said.reason[:MAX_REASON],
            "lifetime": said.lifetime,
            "uses": said.uses,
            **more,
        }
        try:
            self._log.decided(entry)
        except Exception as error:
            raise TemporarilyUnavailable(Reason.AUDIT_UNAVAILABLE) from error
        return entry


def _takes_part(by: Decider, request: ApprovalRequest) -> bool:
    """Names are compared whatever the tenant: an admin of all tenants has no other name.

    So is who stands behind them: one person may be mapped to two principals.
    """
    clients = (*request.through, *((request.client_id,) if request.client_id else ()))
    as_principals = (f"{CLIENT_NAMESPACE}/{id_}" for id_ in clients)
    taking_part = {request.principal, *request.actors, *clients, *as_principals}
    return not {by.principal, *by.actors, *by.subjects}.isdisjoint({*taking_part, *request.subjects})


def _check_bounds(said: _Said) -> None:
    if not 1 <= said.lifetime <= LONGEST:
        raise OutOfBounds(f"An approval lasts from 1 to {LONGEST} seconds.")
    if said.state is ApprovalState.APPROVED and not 1 <= said.uses <= MOST_USES:
        raise OutOfBounds(f"An approval is good for 1 to {MOST_USES} tokens.")
    if len(said.reason) > MAX_REASON or not said.reason.isprintable():
        raise OutOfBounds(f"The reason is one line of at most {MAX_REASON} characters.")


def _describe(request: ApprovalRequest) -> JsonObject:
    """What the decision is about, flat and searchable."""
    return {
        "principal": request.principal,
        "actors": list(request.actors),
        "tenant": request.tenant,
        "client_id": request.client_id,
        "audience": list(request.audiences),
        "scope": list(request.scopes),
        "purposes": list(request.purposes),
    }
