"""The world around a question: time that stands still, people who have answered or not, keys and scores as supposed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from msgspec import Struct

from federation.insight.explain.question import Question
from federation.model.approval import ApprovalPage, ApprovalRequest, ApprovalState, StoredApproval
from federation.model.binding import Binding, ProvenKeys
from federation.model.json import Claims
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import MappedPrincipal
from federation.oauth.errors import InvalidRequest
from federation.policy.binding import read_cnf
from federation.policy.decider import risk_keys
from federation.ports import VersionConflict

SUPPOSED = "supposed"
"""Stands for the thumbprint of a key that was not shown yet."""


class At(Struct, frozen=True):
    """A clock that stands still."""

    seconds: float

    def now(self) -> float:
        """Since the epoch."""
        return self.seconds


class Supposed(Struct, frozen=True):
    """Approvals as the question supposes them. No person is asked, and nothing is kept."""

    question: Question

    def approval(self, _id: str) -> StoredApproval | None:
        """There was no request yet."""
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

    def page(self, _after: str | None, _limit: int) -> ApprovalPage:
        """None is kept."""
        return ApprovalPage((), None)


class SupposedRisks(Struct, frozen=True):
    """The scores that the question supposes, under the names of whom it turns out to be about."""

    question: Question
    whom: Callable[[], MappedPrincipal | None]

    def get(self, key: RiskKey) -> RiskScore | None:
        """None: the question supposes no score of that name."""
        mapped, risk = self.whom(), self.question.risk
        if key.what == "client":  # the only one that a decision asks for
            return RiskScore.of(risk.client, self.question.now)
        if mapped is None or key not in risk_keys(mapped) or key.what == "subject":
            return None
        return RiskScore.of(risk.principal if key.what == "principal" else risk.issuer, self.question.now)


def proven_keys(question: Question, claims: Iterable[Claims]) -> ProvenKeys:
    """Proof of every key that tokens of these claims are bound to, by the means that the question names.

    By DPoP a request proves two keys at most: its own, and that of its subject token.
    """
    bindings = list(_bindings(claims))
    if question.proof == "mtls":
        named = next((one.x5t_s256 for one in bindings if one.x5t_s256), None)
        return ProvenKeys(certificate=named or SUPPOSED)
    if question.proof == "dpop":
        first, second, *_ = [*dict.fromkeys(one.jkt for one in bindings if one.jkt), None, None]
        return ProvenKeys(dpop=first or SUPPOSED, previous=second)
    return ProvenKeys()


def _bindings(claims: Iterable[Claims]) -> Iterator[Binding]:
    """Those that can be read; what cannot is refused when the tokens are looked at."""
    for one in claims:
        with suppress(InvalidRequest):
            yield from (read_cnf(one["cnf"]),) if "cnf" in one else ()
