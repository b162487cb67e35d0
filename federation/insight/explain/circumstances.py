"""The world around a question: time that stands still, people who have answered or not, keys and scores as supposed."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.insight.explain.question import Question
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.model.binding import ProvenKeys
from federation.model.policy import Risk
from federation.model.risk import RiskKey, RiskScore
from federation.model.tokens import VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.policy.binding import binding_of
from federation.ports import VersionConflict
from federation.trust.risks import KnownRisks

SUPPOSED = "supposed"
"""Stands for the thumbprint of a key that nobody has shown yet."""


@dataclass(frozen=True, slots=True)
class At:
    """A clock that stands still."""

    seconds: float

    def now(self) -> float:
        """Since the epoch."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Supposed:
    """Approvals as the question supposes them. Nobody is asked, and nothing is kept."""

    question: Question

    def approval(self, _id: str) -> StoredApproval | None:
        """Nobody has asked yet."""
        return None

    def ask(
        self,
        request: ApprovalRequest,
        now: int,
        lifetime: int,
        *,
        used_up: int | None = None,  # noqa: ARG002
    ) -> StoredApproval:
        """Pending, or what the question says."""
        by = self.question.approved_by
        state = ApprovalState.PENDING if by is None else ApprovalState.APPROVED
        return StoredApproval(request, state, now, now + lifetime, decided_by=by, uses=0 if by is None else 1)

    def decide(self, decided: StoredApproval) -> None:
        """Nothing can be decided here."""
        raise VersionConflict(decided.request.id)

    def approvals(self) -> tuple[StoredApproval, ...]:
        """None is kept."""
        return ()


def risks_of(risk: Risk, mapped: MappedPrincipal | None, now: int) -> KnownRisks:
    """The scores that the question supposes, under the names of whom it turned out to be about."""
    known = KnownRisks(At(now))
    if mapped is not None:
        known.learn(
            {
                RiskKey("principal", mapped.principal, mapped.issuer.tenant): RiskScore(risk.principal, now),
                RiskKey("issuer", mapped.issuer.id): RiskScore(risk.issuer, now),
            }
        )
    return known


def proven_keys(question: Question, tokens: Iterable[VerifiedToken]) -> ProvenKeys:
    """Proof of every key that these tokens are bound to, by the means that the question names; raises InvalidRequest.

    By DPoP a request proves two keys at most: its own, and that of its subject token.
    """
    bindings = [binding for token in tokens if (binding := binding_of(token)) is not None]
    if question.proof == "mtls":
        named = next((one.x5t_s256 for one in bindings if one.x5t_s256), None)
        return ProvenKeys(certificate=named or SUPPOSED)
    if question.proof == "dpop":
        first, second, *_ = [*dict.fromkeys(one.jkt for one in bindings if one.jkt), None, None]
        return ProvenKeys(dpop=first or SUPPOSED, previous=second)
    return ProvenKeys()
