"""What a token would have of a case that was permitted: every limit that there is, at once."""

from collections.abc import Iterable, Iterator, Sequence

from federation.model.approval import StoredApproval
from federation.model.authorization import TokenTerms
from federation.model.binding import Binding
from federation.model.client_credentials import caller_named
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.status_list import LONGEST_LIFE
from federation.model.tokens import SKEW, VerifiedToken
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, at
from federation.policy.approvals import use_of
from federation.policy.binding import decide_binding
from federation.policy.case import Case, Parties
from federation.policy.ceilings import Target
from federation.policy.decider import PolicyDecision
from federation.policy.provenance import documents, not_revoked, provenance
from federation.policy.targets import common_typ, is_opaque

HARD_CAP = LONGEST_LIFE
"""Seconds, whatever the documents say."""
SHORTEST = 30
"""Seconds that what a token rests on must have left: those of a clock that may be a little ahead of ours."""


def decide_expiry(
    now: int, ends: Iterable[int], targets: Sequence[Target], cap: int | None = None, approved_until: int | None = None
) -> int:
    """`exp` of the token, seconds since the epoch; raises InvalidRequest where under 30 seconds remain of `ends`.

    The verifier forgives 60 seconds of clock skew, but a minted token never outlives its subject token, so in effect
    a subject token needs at least 30 seconds of life by our clock. `ends`: of what proves an identity: tokens,
    certificates. Our own limits are as short as an admin wants them: those of the documents, `cap`, seconds, by a
    policy's obligation, and the end of an approval.
    """
    proven_until = min((now + HARD_CAP, *ends))
    if proven_until - now < SHORTEST:
        raise InvalidRequest(Reason.TOKEN_EXPIRES_TOO_SOON)
    ttl = min(cap or HARD_CAP, *(target.max_ttl for target in targets))
    return min(proven_until, now + ttl, approved_until or proven_until)


def build_authorization(case: Case, decision: PolicyDecision, approval: StoredApproval | None = None) -> TokenTerms:
    """The decision; raises InvalidRequest for a proof that is missing or too little time, InvalidTarget for formats."""
    asking, request, obligations = case.parties, case.request, decision.obligations
    binding = decide_binding(case, obligations.require_proof, proof_counted="proof" in decision.mentioned)
    versions = documents(case, decision)
    own = asking.subject.own
    approved_until = approval.expires_at if approval else None
    with at(Step.LIFETIME):
        ends = _ends(asking, binding)
        expires_at = decide_expiry(case.now, ends, case.targets, obligations.max_ttl, approved_until)
    with at(Step.ACTOR):
        made_from = provenance(case, decision, versions)
    with at(Step.TARGETS):
        typ, opaque = common_typ(case.targets), is_opaque(case.targets, request.requested_token_type)
    return TokenTerms(
        principal=asking.mapped.principal,
        client_id=asking.client.client_id or caller_named((*case.chain.actors, asking.mapped.principal)[0]),
        audiences=tuple(target.audience.id for target in case.targets),
        token_audiences=tuple(target.audience.named for target in case.targets),
        scopes=case.scopes,
        issued_at=case.now,
        expires_at=expires_at,
        issued_token_type=request.requested_token_type,
        transaction=own.transaction if own else request.correlation_id,
        provenance=made_from,
        context=asking.mapped.attributes,
        documents=versions,
        tenant=asking.mapped.issuer.tenant,
        environment=_common_environment(case.targets),
        one_time=tuple(_one_time(asking, approval)),
        act=case.chain.act,
        policies=decision.determined_by,
        binding=binding,
        authorization_details=case.details,
        typ=typ,
        opaque=opaque,
        not_revoked=not_revoked(asking, case.now),
        risks=decision.risks,
        approval=approval.request.id if approval else None,
        approved_by=approval.decided_by if approval else None,
    )


def _ends(asking: Parties, binding: Binding | None) -> Iterator[int]:
    """Until when everything holds that proves who asks (ATTACKS I3, K10)."""
    yield from (token.expires_at for token in asking.tokens)
    if asking.client.expires_at is not None:
        yield asking.client.expires_at
    if binding is not None and binding.x5t_s256 and asking.proven.certificate_expires_at is not None:
        yield asking.proven.certificate_expires_at


def _common_environment(targets: Sequence[Target]) -> str | None:
    environments = {target.audience.environment for target in targets}
    return environments.pop() if len(environments) == 1 else None


def _one_time(asking: Parties, approval: StoredApproval | None) -> Iterator[OneTimeUse]:
    for token in asking.tokens:
        yield from _spent(token)
    yield from asking.client.one_time
    yield from asking.proven.one_time
    if approval is not None:
        yield use_of(approval)


def _spent(token: VerifiedToken) -> Iterator[OneTimeUse]:
    """An actor token is spent like a subject token: once, in whichever slot."""
    if token.issuer.single_use:
        key = (token.issuer.id, str(token.claims["jti"]))
        # It is accepted for so long beyond its `exp`.
        yield OneTimeUse(Purpose.SUBJECT_TOKEN, key, token.expires_at + SKEW)
