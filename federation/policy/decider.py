"""Puts a request that is within its ceilings to the policies. They can only take away (DESIGN section 4)."""

from dataclasses import dataclass, field

from federation.model.policy import (
    Circumstances,
    Decision,
    DecisionRequest,
    Network,
    Obligations,
    Party,
    Place,
    PolicyDocuments,
    RegisteredClient,
    strictest,
)
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import DocumentVersion, MappedPrincipal
from federation.oauth.errors import InvalidRequest, InvalidScope, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.latest import Latest
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.zones import ZoneTable
from federation.policy.delegation import Chain
from federation.policy.targets import Target
from federation.ports import PolicyDirectory


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known when the policies are asked. `now`: seconds since the epoch."""

    client: Caller
    subject: VerifiedToken
    acting: Acting | None
    mapped: MappedPrincipal
    chain: Chain
    targets: tuple[Target, ...]
    scopes: tuple[str, ...]
    now: int
    source_ip: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """Proof that the policies permit it at every target, and what that is tied to."""

    determined_by: tuple[str, ...]
    """Ids of the policies that decided."""
    obligations: Obligations
    document: DocumentVersion
    """The version of all policies and zones."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    slices: PolicySlices
    zones: ZoneTable


@dataclass(frozen=True, slots=True)
class Decider:
    """Asks Cedar once per target."""

    directory: PolicyDirectory
    engine: CedarEngine = field(default_factory=CedarEngine)
    _compiled: Latest[PolicyDocuments, _Compiled] = field(default_factory=lambda: Latest(_compile), init=False)

    def decide(self, case: Case) -> Ruling:
        """The ruling; raises InvalidRequest or InvalidScope, and TemporarilyUnavailable for unreadable policies."""
        documents = self.directory.policies()
        compiled = self._compiled.of(documents)
        asked = [_question(case, target, compiled.zones) for target in case.targets]
        decisions = [self.engine.decide(question, compiled.slices) for question in asked]
        for decision in decisions:
            _check_allowed(decision)
        obligations = strictest(*(decision.obligations for decision in decisions))
        _check_obligations(obligations, case)
        determined_by = sorted({policy for decision in decisions for policy in decision.determined_by})
        return Ruling(tuple(determined_by), obligations, documents.document)


def _compile(documents: PolicyDocuments) -> _Compiled:
    try:
        zones = ZoneTable.of(documents.zones)
    except ValueError as error:
        raise TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, f"a zone: {error}") from error
    return _Compiled(PolicySlices(documents.policies), zones)


def _question(case: Case, target: Target, zones: ZoneTable) -> DecisionRequest:
    audience = target.audience
    return DecisionRequest(
        principal=_party(case.mapped),
        action=case.chain.action,
        audience=Place(audience.id, audience.environment, audience.tenant),
        context=Circumstances(
            network=Network(case.source_ip, zones.zone_of(case.source_ip)),
            now=case.now,
            token_age=max(0, case.now - case.subject.issued_at),
            scopes=case.scopes,
            client=RegisteredClient(case.client.client_id) if case.client.client_id else None,
            actor=_party(case.acting.mapped) if case.acting else None,
            chain=case.chain.actors,
            claims=case.subject.claims,
        ),
    )


def _party(mapped: MappedPrincipal) -> Party:
    return Party(mapped.principal, mapped.issuer.id, mapped.issuer.tenant, mapped.attributes)


def _check_allowed(decision: Decision) -> None:
    if not decision.allowed:
        by = ", ".join(decision.determined_by) or "no policy permits it"
        raise InvalidRequest(Reason.POLICY_DENIED, f"{by}: {decision.problem}" if decision.problem else by)


def _check_obligations(obligations: Obligations, case: Case) -> None:
    if obligations.max_scopes is not None and len(case.scopes) > obligations.max_scopes:
        raise InvalidScope(Reason.TOO_MANY_SCOPES, f"at most {obligations.max_scopes}")
    if obligations.require_proof:
        raise InvalidRequest(Reason.PROOF_REQUIRED, ", ".join(obligations.require_proof))
    if obligations.require_approval:
        raise InvalidRequest(Reason.APPROVAL_REQUIRED, ", ".join(obligations.require_approval))
