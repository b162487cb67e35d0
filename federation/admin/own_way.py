"""Whoever writes trust comes in afterwards as they came in before: nobody breaks their own way (ATTACKS O6).

It is the one way that is known to work, as somebody just came by it. Of any other the documents say only that it
should: whether an identity provider still has those keys is seen when its next token arrives.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.admin.standing import DOOR, as_of, keeps, way_of
from federation.documents.planned import Planned
from federation.model.json import JsonObject
from federation.model.policy import IN_POLICY_SET
from federation.model.tokens import OwnClaims
from federation.model.trust import DocumentRef, Kind
from federation.ports import History, TrustWriter


class OwnWayBroken(Exception):
    """The write must not happen; the message says by which document."""


class PlanImpact(Protocol):
    """Decides again for whoever came with a token."""

    def is_lost(self, came: OwnClaims, plan: Sequence[Planned]) -> bool:
        """Whether they could not write trust any more."""
        ...


class OwnWay(Struct, frozen=True):
    """Looks at a whole plan, with the eyes of whoever wants it carried out."""

    writer: TrustWriter
    past: History
    meaning: PlanImpact

    def is_concerned(self, came: OwnClaims, plan: Sequence[Planned]) -> bool:
        """Whether the plan could have anything to do with how they came in."""
        return any(_may_decide(one, way_of(came) | {DOOR}) for one in plan)

    def check(self, came: OwnClaims, plan: Sequence[Planned]) -> None:
        """Raises OwnWayBroken. The plan stays good as long as nothing else is written meanwhile."""
        refs = way_of(came) | {DOOR}
        for one in plan:
            if one.ref in refs and not keeps(one.ref.kind, _stored(one), one.body, came.binding):
                raise OwnWayBroken(f"you came in by {one.ref.kind} {one.ref.id}")
        self._check_known(came, refs)
        if self.is_concerned(came, plan) and self.meaning.is_lost(came, plan):
            raise OwnWayBroken("decided again with these documents, you would be refused")

    def _check_known(self, came: OwnClaims, refs: frozenset[DocumentRef]) -> None:
        """What somebody changed since that token was issued, nobody has come in by."""
        issued = rfc3339(came.issued_at)
        for ref, state in self.writer.states(refs).items():
            stored = state.document
            if stored is None or stored.change is None or stored.change.when <= issued:
                continue
            if not keeps(ref.kind, as_of(self.past, ref, issued), stored.body, came.binding):
                raise OwnWayBroken(f"{ref.kind} {ref.id} was changed since you logged in; log in again")


def _stored(planned: Planned) -> JsonObject | None:
    return planned.state.document.body if planned.state.document else None


def _may_decide(planned: Planned, refs: frozenset[DocumentRef]) -> bool:
    """Whether a decision about whoever came in could look at it."""
    if planned.ref.kind is Kind.MAPPING:
        bodies = (planned.body, _stored(planned))
        return any(DocumentRef(Kind.ISSUER, str(body.get("issuer"))) in refs for body in bodies if body)
    return planned.ref in refs or planned.ref.kind in {Kind.ISSUER, *IN_POLICY_SET}
