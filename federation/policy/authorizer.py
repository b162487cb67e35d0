"""The decision: what the mapping's grants allow of what the request asks."""

from msgspec import Struct

from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.one_time import OneTimeUse
from federation.model.policy import Approval
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import Audience, MappedPrincipal
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.oauth.steps import Step, at
from federation.policy.approvals import ASKED_FOR, approved
from federation.policy.binding import check_presented
from federation.policy.build_authorization import build_authorization
from federation.policy.callers import check_caller
from federation.policy.case import Case, Parties
from federation.policy.decider import Decider, PolicyDecision, RiskScores, check_permitted
from federation.policy.delegation import check_actor_audience, decide_chain
from federation.policy.details import decide_details
from federation.policy.targets import check_narrower, decide_scopes, resolve_targets
from federation.ports import Approvals, AudienceDirectory, Clock

SOMEBODY = Approval("", "")
"""Stands for an approval that is not there yet."""


class Authorizer(Struct, frozen=True):
    """Decides within the grants' ceilings, and then as the policies say."""

    audiences: AudienceDirectory
    policies: Decider
    clock: Clock
    approvals: Approvals | None
    """None: approvals are not possible, so what asks for one is refused."""
    risks: RiskScores

    def authorize(
        self,
        client: Caller,
        proven: ProvenKeys,
        subject: VerifiedToken,
        acting: Acting | None,
        mapped: MappedPrincipal,
        request: ExchangeRequest,
    ) -> TokenTerms:
        """What may be minted, exactly; raises a typed OAuthError.

        Deterministic: the same inputs, documents, scores, approvals and time give the same decision (ATTACKS
        invariant 9).
        """
        case = self._within_ceilings(Parties(client, proven, subject, acting, mapped), request)
        # From here on policies can only take away: everything that the token would have is known.
        with at(Step.OBLIGATIONS):
            decision = self._policy_decision(case)
            terms = build_authorization(case, decision)
            purposes = decision.obligations.require_approval
            return self._with_approval(case, purposes) if purposes else terms

    def ask_again(self, use: OneTimeUse) -> None:
        """An approval was used as often as it was given: the same request needs another."""
        id_, version = use.key
        stored = self.approvals.approval(id_) if self.approvals else None
        if stored is not None and self.approvals is not None:
            self.approvals.ask(stored.request, int(self.clock.now()), ASKED_FOR, used_up=int(version))

    def _within_ceilings(self, asking: Parties, request: ExchangeRequest) -> Case:
        with at(Step.CLIENT):
            check_caller(asking, request.grant)
        with at(Step.OBLIGATIONS):
            check_presented(asking)
        known, subject, mapped = self._known(asking, request), asking.subject, asking.mapped
        with at(Step.ACTOR):
            check_actor_audience(asking.acting, known)
            chain = decide_chain(subject, mapped, asking.acting, impersonation=self.policies.permits_impersonation)
        with at(Step.TARGETS):
            targets = resolve_targets(request, known, mapped.mapping, asking.issuers, asking.client.client)
        with at(Step.SCOPES):
            scopes = decide_scopes(request.scopes, targets)
            check_narrower(subject, scopes, targets, asked_for=request.scopes is not None)
        with at(Step.DETAILS):
            details = decide_details(request.authorization_details, subject.own, targets)
        return Case(asking, request, chain, targets, scopes, details, int(self.clock.now()))

    def _known(self, asking: Parties, request: ExchangeRequest) -> tuple[Audience, ...]:
        """The audiences that the request names, and those where an actor token of ours may be presented."""
        acting = asking.acting
        ours = [acting.token.issuer.issuer] if acting is not None and acting.token.own is not None else []
        by_id = (self.audiences.audience(name) for name in request.audiences)
        at = (one for resource in (*request.resources, *ours) for one in self.audiences.audiences_at(resource))
        return tuple({one.id: one for one in (*by_id, *at) if one is not None}.values())

    def _policy_decision(self, case: Case) -> PolicyDecision:
        """That the policies permit it as it is, or would with the approvals that they want."""
        decision = self.policies.decide(case, self.risks)
        if decision.problem and "approval" in decision.mentioned:
            supposed = self.policies.decide(case, self.risks, SOMEBODY)
            decision = supposed if supposed.obligations.require_approval and not supposed.problem else decision
        check_permitted(decision, case)
        return decision

    def _with_approval(self, case: Case, purposes: tuple[str, ...]) -> TokenTerms:
        """Decided again, by policies that see who approved; what they ask for beyond that was not approved."""
        approval = approved(self.approvals, case, purposes)
        by = Approval(approval.request.id, approval.decided_by or "")
        decision = self.policies.decide(case, self.risks, by)
        check_permitted(decision, case)
        if not set(decision.obligations.require_approval) <= set(purposes):
            raise InvalidRequest(Reason.APPROVAL_REQUIRED, "the approval brought up another one")
        return build_authorization(case, decision, approval)
