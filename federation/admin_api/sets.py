"""`POST /admin/v1/validate`, `/plan` and `/apply`: whole sets of documents."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from msgspec import Struct

from federation.admin_api.edits import Edits, Prepared
from federation.admin_api.models import DocumentSetBody, PlanBody
from federation.admin_api.operation import MAX_SET, AdminRequest, Answer, Operation
from federation.admin_api.refusals import conflict, wrong
from federation.admin_api.shown import (
    AppliedShown,
    EndsShown,
    HurriedShown,
    PlannedShown,
    PlanShown,
    SeenShown,
    ValidShown,
    problems_shown,
)
from federation.documents.document_set import Planned
from federation.documents.source import SourceDocument
from federation.insight.effects.plan import PlanImpact
from federation.insight.pace import Hurried, nobody_hurries
from federation.model.confirmation import TRUST_READ, TRUST_WRITE
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason
from federation.ports import RevisionMoved


class Effects(Protocol):
    """What a plan means."""

    def __call__(self, plan: Sequence[Planned], tenant: str | None, days: int) -> PlanImpact:
        """Which identities, seen in these days, gain or lose what; of that tenant alone, or for None of all."""
        ...


def no_effects(plan: Sequence[Planned], tenant: str | None, days: int) -> PlanImpact:  # noqa: ARG001 (others know more)
    """It was not looked at."""
    return PlanImpact()


class Pace(Protocol):
    """How fast identities come back."""

    def __call__(self, tenant: str | None) -> Sequence[Hurried]:
        """Who exchanges much faster than tokens end; of that tenant alone, or for None of all."""
        ...


class DocumentSets(Struct, frozen=True):
    """Planned, and carried out."""

    edits: Edits
    effects: Effects = no_effects
    pace: Pace = nobody_hurries

    def operations(self) -> Iterator[Operation]:
        """The table."""
        refusals = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
        yield Operation(
            "POST",
            "/validate",
            TRUST_READ,
            "Whether a set of documents may be written: all that plan checks, at once, and not whom it touches.",
            handle=self._validate,
            name="validate",
            request=DocumentSetBody,
            response=ValidShown,
            refusals=refusals,
            max_body=MAX_SET,
        )
        yield Operation(
            "POST",
            "/plan",
            TRUST_READ,
            "What a set of documents would change, and what that means.",
            handle=self._plan,
            name="plan",
            request=PlanBody,
            response=PlanShown,
            refusals=refusals,
            max_body=MAX_SET,
        )
        yield Operation(
            "POST",
            "/apply",
            TRUST_WRITE,
            "Write a set of documents; repeating it goes on where it stopped.",
            handle=self._apply,
            name="apply",
            request=DocumentSetBody,
            response=AppliedShown,
            refusals=(*refusals, HTTPStatus.PRECONDITION_FAILED),
            max_body=MAX_SET,
        )

    def _validate(self, request: AdminRequest) -> Answer:
        prepared = self._prepared(request)
        self.edits.kept.keep(prepared.viewed)
        return Answer(HTTPStatus.OK, ValidShown(base=prepared.revision, **_shown(prepared)))

    def _plan(self, request: AdminRequest) -> Answer:
        prepared = self._prepared(request)
        days: int = request.body.days
        self.edits.kept.keep(prepared.viewed)
        meaning = self.effects(prepared.plan, request.admin.tenant, days)
        shown = PlanShown(
            base=prepared.revision,
            effects=[dict(one) for one in meaning.effects],
            seen=SeenShown(days=days, identities=meaning.identities, most=meaning.most),
            hurried=self._hurried(request, prepared),
            **_shown(prepared),
        )
        return Answer(HTTPStatus.OK, shown)

    def _hurried(self, request: AdminRequest, prepared: Prepared) -> list[HurriedShown]:
        """Those whose tokens the documents of this set could give a longer life."""
        refs = {planned.ref for planned in prepared.plan}
        return [HurriedShown.of(one) for one in self.pace(request.admin.tenant) if refs & one.rests_on]

    def _apply(self, request: AdminRequest) -> Answer:
        wanted: DocumentSetBody = request.body
        if wanted.base is None:
            prepared = self.edits.settle(request, self._prepared, wanted.reason).prepared
        else:
            prepared = self._prepared(request)
            self._at_base(request, prepared, wanted)
        return Answer(HTTPStatus.OK, AppliedShown(base=prepared.revision + prepared.writes, **_shown(prepared)))

    def _at_base(self, request: AdminRequest, prepared: Prepared, wanted: DocumentSetBody) -> None:
        """Not a word of it, if anything was written since it was planned."""
        if prepared.revision != wanted.base:
            raise conflict(Reason.REVISION_MOVED, f"planned at {wanted.base}, now {prepared.revision}")
        try:
            self.edits.write(request, prepared, wanted.reason, wanted.base)
        except RevisionMoved:
            raise conflict(Reason.REVISION_MOVED) from None

    def _prepared(self, request: AdminRequest) -> Prepared:
        wanted: DocumentSetBody = request.body
        deletions = [DocumentRef(Kind(one.kind), one.id) for one in wanted.deletions]
        documents = {(document.get("kind"), document.get("id")) for document in wanted.documents if _is_named(document)}
        for number, ref in enumerate(deletions):
            if (ref.kind.value, ref.id) in documents or ref in deletions[:number]:
                raise wrong(f"/deletions/{number}", "this document is named twice")
        sources = [SourceDocument(f"/documents/{number}", one) for number, one in enumerate(wanted.documents)]
        return self.edits.prepare(request, sources, deletions)


def _is_named(document: JsonObject) -> bool:
    return isinstance(document.get("kind"), str) and isinstance(document.get("id"), str)


def _shown(prepared: Prepared) -> dict[str, Any]:
    """What every answer about a set has."""
    changes = [PlannedShown.of(planned) for planned in prepared.plan]
    warnings = problems_shown(prepared.validated.warnings)
    return {"changes": changes, "warnings": warnings, "ends": EndsShown.of(prepared.ended)}
