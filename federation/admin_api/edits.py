"""From what an admin wants to what is written: validated beside what is stored, theirs to write, safe, then atomic."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from federation.admin.editor import TrustEditor
from federation.admin.in_use import InUse, References, Users
from federation.admin.lockout import LockedOut, LockOutGuard
from federation.admin_api.operation import AdminRequest
from federation.admin_api.refusals import conflict, forbidden, invalid, stale
from federation.documents.checks.stored import StoredTrust
from federation.documents.document_set import DocumentSet, Planned
from federation.documents.rights import Refusal, Rights, Surroundings
from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import ValidatedSet, validate
from federation.insight.snapshot.kept import KeptTrust, Viewed
from federation.insight.snapshot.loading import TrustLoader
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.quotas import Quotas
from federation.model.trust import DocumentRef
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, Clock, RevisionMoved, VersionConflict

ATTEMPTS = 10
"""How often what was looked at together is looked at again because another admin wrote meanwhile."""

NOT_USED = Users()
_TAKEN = "somebody else has the same, or it is not for this tenant"

_Sides: TypeAlias = tuple[DocumentRef, JsonObject | None, JsonObject | None]

_REFUSED = {Refusal.TENANT: Reason.OUTSIDE_TENANT, Refusal.SCOPES: Reason.BEYOND_OWN_RIGHTS}


class Prepared(Struct, frozen=True):
    """A plan that may be carried out."""

    validated: ValidatedSet
    plan: tuple[Planned, ...]
    viewed: Viewed
    """What it was looked at beside."""
    needs_revision: bool
    """Whether it is only safe while that is still the revision."""
    ended: Users = NOT_USED
    """Who rests on what the plan disables."""

    @property
    def revision(self) -> int:
        """As of which it was looked at."""
        return self.viewed.revision

    @property
    def writes(self) -> int:
        """How many documents change."""
        return sum(planned.action != "unchanged" for planned in self.plan)


class Written(Struct, frozen=True):
    """A plan that was carried out."""

    prepared: Prepared
    change: Change

    @property
    def document(self) -> StoredDocument:
        """What stands now, of a plan for one document that is not deleted."""
        (planned,) = self.prepared.plan
        before = planned.state.document
        if before is not None and planned.action == "unchanged":
            return before
        since = before.since if before else planned.version
        return StoredDocument(*planned.ref, planned.version, planned.body or {}, since, self.change)


class Edits(Struct, frozen=True):
    """Every write of the admin API comes through here."""

    loader: TrustLoader
    clock: Clock
    lockout: LockOutGuard
    loopback: bool = False
    quotas: Quotas = Quotas()
    kept: KeptTrust = field(default_factory=KeptTrust)

    def prepare(
        self, request: AdminRequest, sources: Sequence[SourceDocument], deletions: Collection[DocumentRef] = ()
    ) -> Prepared:
        """What would have to be written; raises AdminRefusal: 403, 409, 422."""
        known = request.admin.revision  # as of before anything is read that the plan rests on
        revision = self.loader.pages.revision() if known is None else known
        viewed = self.kept.take(self.loader, revision, self.clock.now())
        loader = viewed.loader
        seen = replace(self, loader=loader, lockout=replace(self.lockout, loader=loader))
        try:
            validated = seen.validated(request.admin.tenant, sources, deletions)
        except InvalidDocuments as error:
            raise invalid(error.problems) from None
        plan = TrustEditor(loader.writer).plan(validated, deletions)
        seen.check_plan(request, plan)
        safe = seen.check_safe(request, plan)
        ended = References(loader.pages, loader.writer).ended(plan, _rights(request))
        return Prepared(validated, plan, viewed, safe, ended)

    def write(self, request: AdminRequest, prepared: Prepared, why: str, revision: int | None = None) -> Change:
        """Carry it out; `revision`: only while that is the revision. Raises RevisionMoved, AdminRefusal: 409, 412."""
        change = request.admin.change(self.clock, why, request.correlation_id)
        if revision is None and prepared.needs_revision:
            revision = prepared.revision
        editor = TrustEditor(prepared.viewed.loader.writer)
        try:
            editor.write(prepared.plan, change, revision, chained=prepared.needs_revision)
        except RevisionMoved:
            raise
        except VersionConflict:
            raise stale() from None
        except BucketFull as error:
            raise conflict(Reason.BUCKET_FULL, str(error)) from None
        self.kept.keep(prepared.viewed, prepared.writes)
        return change

    def settle(self, request: AdminRequest, look: Callable[[AdminRequest], Prepared], why: str) -> Written:
        """Look and write, again and again until nothing moved in between that mattered."""
        for _ in range(ATTEMPTS):
            prepared = look(request)
            try:
                return Written(prepared, self.write(request, prepared, why))
            except RevisionMoved:
                request = replace(request, admin=replace(request.admin, revision=None))
        raise TemporarilyUnavailable(Reason.REVISION_MOVED, "others write all the time")

    def validated(
        self, tenant: str | None, sources: Sequence[SourceDocument], deletions: Collection[DocumentRef]
    ) -> ValidatedSet:
        """Raises InvalidDocuments; what it says to a tenant's admin knows of no other tenant (O2)."""
        if not sources:
            return ValidatedSet(DocumentSet())
        stored = StoredTrust(self.loader.pages, self.loader.index, self.loader.writer).without(deletions)
        if tenant is None:
            return self._validate(sources, stored)
        validated = self._validate(sources, stored.seen_by(tenant))
        try:
            self._validate(sources, stored)
        except InvalidDocuments as error:
            raise InvalidDocuments([replace(one, message=_TAKEN, hint="") for one in error.problems]) from None
        return validated

    def _validate(self, sources: Sequence[SourceDocument], stored: StoredTrust) -> ValidatedSet:
        return validate(
            sources, loopback=self.loopback, stored=stored, own_issuer=self.loader.own_issuer, quotas=self.quotas
        )

    def check_rights(
        self, request: AdminRequest, ref: DocumentRef, before: JsonObject | None, after: JsonObject | None
    ) -> None:
        """Raises AdminRefusal (403) unless the document is theirs to write."""
        self._check_each(request, [(ref, before, after)], {})

    def check_plan(self, request: AdminRequest, plan: Sequence[Planned]) -> None:
        """Raises AdminRefusal (403) unless every document of the plan is theirs to write."""
        sides = [(one.ref, one.state.document.body if one.state.document else None, one.body) for one in plan]
        self._check_each(request, sides, {one.ref: one.body for one in plan})

    def _check_each(
        self, request: AdminRequest, sides: Sequence[_Sides], planned: Mapping[DocumentRef, JsonObject | None]
    ) -> None:
        rights = _rights(request)
        around = Surroundings(self.loader.pages, self.loader.writer, planned)
        for ref, before, after in sides:
            if refusal := rights.refusal(ref, before, after, around):
                raise forbidden(_REFUSED[refusal], f"{ref.kind} {ref.id}")

    def check_safe(self, request: AdminRequest, plan: Sequence[Planned]) -> bool:
        """Raises AdminRefusal (409). True: it is safe only while nothing else is written."""
        try:
            safe = self.lockout.check(plan, request.admin.came, request.admin.scopes)
            return References(self.loader.pages, self.loader.writer).check(plan, _rights(request)) or safe
        except InUse as error:
            raise conflict(error.reason, str(error)) from None
        except LockedOut as error:
            if error.reason is Reason.BEYOND_OWN_RIGHTS:
                raise forbidden(error.reason, error.explained) from None
            raise conflict(error.reason, error.explained) from None


def _rights(request: AdminRequest) -> Rights:
    return Rights(request.admin.tenant, request.admin.scopes)
