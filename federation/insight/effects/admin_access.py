"""Whether whoever writes trust could come back afterwards, with the claims and from the place they came from."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.planned import Planned
from federation.insight.effects.access import Right, Terms, rights_at
from federation.insight.effects.observed import ObservedExchange, observed
from federation.insight.effects.plan import sides
from federation.insight.explain.decision import Decisions
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.admin import ADMIN_AUDIENCE, APPROVALS_DECIDE, SHORTEST, TRUST_WRITE
from federation.model.binding import Binding
from federation.model.policy import Proof
from federation.model.tokens import OwnClaims
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AuditRecords, Clock


class AdminAccessCheck(Struct, frozen=True):
    """By the audit record of the token with which they came, or of the first of its chain."""

    loader: TrustLoader
    records: AuditRecords
    clock: Clock

    def is_lost(self, came: OwnClaims, plan: Sequence[Planned]) -> bool:
        """False as well where nobody can tell: without a record, or while policies cannot be read by anybody."""
        root = came.chain[0].jti if came.chain else came.jti
        seen = observed(self.records.record(root) or {})
        try:
            return seen is not None and self._is_lost(seen, _proven(came.binding), plan)
        except TemporarilyUnavailable as error:
            if error.reason is not Reason.POLICY_UNAVAILABLE:
                raise
            return False

    def _is_lost(self, seen: ObservedExchange, proof: Proof, plan: Sequence[Planned]) -> bool:
        """A right that waits for an approval from now on is none, where deciding about approvals would wait too."""
        before, after = sides(self.loader, plan, [seen], self.loader.rest())
        had, has = self._rights(before, seen, proof, TRUST_WRITE), self._rights(after, seen, proof, TRUST_WRITE)
        if any(right not in has or _is_out_of_reach(terms, has[right]) for right, terms in had.items()):
            return True
        waits = any(_waits(has[right]) and not _waits(terms) for right, terms in had.items())
        return waits and all(map(_waits, self._rights(after, seen, proof, APPROVALS_DECIDE).values()))

    def _rights(self, snapshot: Snapshot, seen: ObservedExchange, proof: Proof, scope: str) -> dict[Right, Terms]:
        """With the kind of key that they proved: nobody is known to have another."""
        question = replace(seen.question(int(self.clock.now())), proof=proof)
        return dict(rights_at(Decisions(snapshot, self.loader.own_issuer), question, ADMIN_AUDIENCE, (scope,)))


def _proven(binding: Binding | None) -> Proof:
    if binding is None:
        return "none"
    return "dpop" if binding.jkt else "mtls"


def _is_out_of_reach(before: Terms, after: Terms) -> bool:
    """Whether it takes a key that it did not, or is had for hardly any time."""
    keys = set(after.needs) - set(before.needs) - {"approval"}
    return bool(keys) or after.lifetime < min(before.lifetime, SHORTEST)


def _waits(terms: Terms) -> bool:
    return "approval" in terms.needs
