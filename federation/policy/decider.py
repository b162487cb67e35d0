"""Puts a request that is within its ceilings to the policies. They can only take away (DESIGN section 4)."""

from typing import Protocol

from msgspec import Struct

from federation.model.identity import subject_key
from federation.model.policy import (
    Approval,
    Circumstances,
    Decision,
    DecisionRequest,
    Network,
    Obligations,
    Party,
    Place,
    RegisteredClient,
    Risk,
    Zone,
    strictest,
)
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentVersion, MappedPrincipal
from federation.oauth.errors import InvalidRequest, InvalidScope, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, at
from federation.policy.attestation import attested
from federation.policy.binding import shown
from federation.policy.case import Case
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.latest import Latest
from federation.policy.cedar.mentions import Mentions, all_mentions
from federation.policy.cedar.slices import DirectorySlices
from federation.policy.cedar.zones import ZoneTable
from federation.policy.ceilings import Target
from federation.ports import PolicyDirectory


class RiskScores(Protocol):
    """What is known of a party's risk."""

    def get(self, key: RiskKey) -> RiskScore | None:
        """None: nothing is known."""
        ...


class PolicyDecision(Struct, frozen=True):
    """What the policies say of it at every target, and what that is tied to."""

    problem: str
    """Why they do not permit it; empty: they do."""
    determined_by: tuple[str, ...]
    """Ids of the policies that decided."""
    obligations: Obligations
    documents: tuple[DocumentVersion, ...]
    """What moves with every write of a policy that could apply, or of a zone."""
    mentioned: frozenset[str]
    """Everything of a request that any of them may have read, and other words."""
    risks: tuple[tuple[RiskKey, RiskScore | None], ...] = ()
    """Scores that they may have read."""


class Decider:
    """Asks Cedar once per target."""

    def __init__(self, directory: PolicyDirectory, engine: CedarEngine | None = None) -> None:
        self._directory = directory
        self._engine = engine or CedarEngine()
        self._slices = DirectorySlices(directory)
        self._zones: Latest[tuple[Zone, ...], ZoneTable] = Latest(_table)

    def permits_impersonation(self, tenant: str | None) -> bool:
        """Whether any policy could, for its principals; raises TemporarilyUnavailable for unreadable policies."""
        with at(Step.POLICY):
            return self._slices.meant("impersonate", tenant)

    def decide(self, case: Case, known: RiskScores, approval: Approval | None = None) -> PolicyDecision:
        """The ruling; raises TemporarilyUnavailable for unreadable policies."""
        with at(Step.POLICY):
            return self._decide(case, known, approval)

    def _decide(self, case: Case, known: RiskScores, approval: Approval | None) -> PolicyDecision:
        # Their versions first: a write in between leaves us with too old ones, which the commit then notices.
        documents = self._directory.policy_sets(case.parties.mapped.issuer.tenant)
        zones = self._zones.of(self._directory.zones())
        mentioned = _mentioned(case, self._slices)
        risks = _risks(case, known) if "risk" in mentioned.words else ()
        context = _circumstances(case, zones, _risk(risks, case.now), approval)
        asked = [_question(case, target, context) for target in case.targets]
        decisions = [self._engine.decide(question, self._slices) for question in asked]
        determined_by = sorted({policy for decision in decisions for policy in decision.determined_by})
        return PolicyDecision(
            problem=next((_problem(decision) for decision in decisions if not decision.allowed), ""),
            determined_by=tuple(determined_by),
            obligations=strictest(*(decision.obligations for decision in decisions)),
            documents=documents,
            mentioned=mentioned.words,
            risks=risks,
        )


def check_permitted(decision: PolicyDecision, case: Case) -> None:
    """Raises InvalidRequest where the policies do not permit it, InvalidScope for too many scopes."""
    if decision.problem:
        impersonated = case.chain.action == "impersonate"
        with at(Step.ACTOR if impersonated else Step.POLICY):
            raise InvalidRequest(Reason.ACTOR_REQUIRED if impersonated else Reason.POLICY_DENIED, decision.problem)
    limit = decision.obligations.max_scopes
    if limit is not None and len(case.scopes) > limit:
        raise InvalidScope(Reason.TOO_MANY_SCOPES, f"at most {limit}")


def _table(zones: tuple[Zone, ...]) -> ZoneTable:
    try:
        return ZoneTable.of(zones)
    except ValueError as error:
        raise TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, f"a zone: {error}") from error


def _mentioned(case: Case, slices: DirectorySlices) -> Mentions:
    principal = _party(case.parties.mapped)
    return all_mentions(slices.slice_for(principal, _place(target)).mentions for target in case.targets)


def _risks(case: Case, known: RiskScores) -> tuple[tuple[RiskKey, RiskScore | None], ...]:
    """Of the subject, its actors and the client: a suspected agent earns nothing by a calm user's token."""
    keys = [key for somebody in case.parties.people for key in risk_keys(somebody)]
    if client := case.parties.client.client:
        keys.append(RiskKey("client", client.id, client.tenant))
    return tuple((key, known.get(key)) for key in dict.fromkeys(keys))


def risk_keys(mapped: MappedPrincipal) -> tuple[RiskKey, ...]:
    """Under which the scores of a principal, of its issuer, and of the subject that this vouched for are kept."""
    issuer, identity = mapped.issuer, mapped.identity
    keys = (RiskKey("principal", mapped.principal, issuer.tenant), RiskKey("issuer", issuer.id, issuer.tenant))
    if identity is None:
        return keys
    return (*keys, RiskKey("subject", subject_key(issuer.id, identity).value, issuer.tenant))


def _risk(risks: tuple[tuple[RiskKey, RiskScore | None], ...], now: int) -> Risk:
    return Risk(*(_highest(risks, what, now) for what in ("principal", "issuer", "client")))


def _highest(risks: tuple[tuple[RiskKey, RiskScore | None], ...], what: str, now: int) -> int:
    return max((score.now(now) for key, score in risks if score is not None and key.counts_as == what), default=0)


def _circumstances(case: Case, zones: ZoneTable, risk: Risk, approval: Approval | None) -> Circumstances:
    parties, source_ip = case.parties, case.request.source_ip
    client, subject = parties.client.client, parties.subject
    return Circumstances(
        network=Network(source_ip, zones.zone_of(source_ip)),
        now=case.now,
        token_age=max(0, case.now - subject.issued_at),
        scopes=case.scopes,
        client=RegisteredClient(client.id, client.tenant) if client else None,
        actor=_party(parties.acting.mapped) if parties.acting else None,
        chain=case.chain.actors,
        proof=shown(parties.proven),
        risk=risk,
        approval=approval,
        claims=subject.claims,
        misshapen=subject.misshapen,
        attestation=attested(subject),
        authorization_details=case.details,
    )


def _question(case: Case, target: Target, context: Circumstances) -> DecisionRequest:
    return DecisionRequest(_party(case.parties.mapped), case.chain.action, _place(target), context)


def _place(target: Target) -> Place:
    return Place(target.audience.id, target.audience.environment, target.audience.tenant)


def _party(mapped: MappedPrincipal) -> Party:
    return Party(mapped.principal, mapped.issuer.id, mapped.issuer.tenant, mapped.attributes)


def _problem(decision: Decision) -> str:
    by = ", ".join(decision.determined_by) or "no policy permits it"
    return f"{by}: {decision.problem}" if decision.problem else by
