"""The decision: what the mapping's grants allow of what the request asks."""

import hashlib
import json
from dataclasses import dataclass

from federation.model.authorization import Authorization, Provenance
from federation.model.one_time import OneTimeUse
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import DocumentVersion, MappedPrincipal, Mapping
from federation.oauth.request import ExchangeRequest
from federation.policy.decider import Case, Decider, Ruling
from federation.policy.delegation import Chain, check_actor_audience, decide_chain
from federation.policy.lifetime import decide_expiry
from federation.policy.narrowing import check_narrower
from federation.policy.proof import refuse_bound
from federation.policy.scopes import decide_scopes
from federation.policy.targets import Target, resolve_targets
from federation.ports import AudienceDirectory, Clock

SKEW = 60
"""Seconds that a token is accepted beyond its `exp`: a spent one must be remembered as long."""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Decides within the grants' ceilings, and then as the policies say."""

    audiences: AudienceDirectory
    policies: Decider
    clock: Clock
    impersonation_allowed: bool = False
    """Whether one of our own tokens may be exchanged without actor."""

    def authorize(
        self,
        client: Caller,
        subject: VerifiedToken,
        acting: Acting | None,
        mapped: MappedPrincipal,
        request: ExchangeRequest,
    ) -> Authorization:
        """What may be minted, exactly; raises InvalidTarget, InvalidScope or InvalidRequest.

        Deterministic: the same inputs, documents and time give the same decision (ATTACKS invariant 9).
        """
        case = self._within_ceilings(client, subject, acting, mapped, request)
        # From here on policies can only take away: everything that the token would have is known.
        return _authorization(case, self.policies.decide(case), request)

    def _within_ceilings(
        self,
        client: Caller,
        subject: VerifiedToken,
        acting: Acting | None,
        mapped: MappedPrincipal,
        request: ExchangeRequest,
    ) -> Case:
        refuse_bound(*_tokens(subject, acting))
        known = self.audiences.audiences()
        check_actor_audience(acting, known)
        chain = decide_chain(subject, mapped, acting, impersonation_allowed=self.impersonation_allowed)
        targets = resolve_targets(request, known, mapped.mapping, mapped.issuer.tenant)
        scopes = decide_scopes(request.scopes, targets)
        check_narrower(subject, scopes, targets, asked_for=request.scopes is not None)
        now = int(self.clock.now())
        return Case(client, subject, acting, mapped, chain, targets, scopes, now, request.source_ip)


def _authorization(case: Case, ruling: Ruling, request: ExchangeRequest) -> Authorization:
    subject, mapped, chain = case.subject, case.mapped, case.chain
    tokens = _tokens(subject, case.acting)
    documents = (*_documents(tokens, mapped, case.acting, case.targets), ruling.document)
    rests_until = min(token.expires_at for token in tokens)
    return Authorization(
        principal=mapped.principal,
        client_id=case.client.client_id or (*chain.actors, mapped.principal)[0],
        audiences=tuple(target.audience.id for target in case.targets),
        scopes=case.scopes,
        issued_at=case.now,
        expires_at=decide_expiry(case.now, rests_until, case.targets, ruling.obligations.max_ttl),
        issued_token_type=request.requested_token_type,
        transaction=subject.own.transaction if subject.own else request.correlation_id,
        provenance=_provenance(mapped, chain, documents),
        context=mapped.attributes,
        documents=documents,
        tenant=mapped.issuer.tenant,
        environment=_common_environment(case.targets),
        one_time=tuple(use for token in tokens for use in _one_time(token)),
        act=chain.act,
        policies=ruling.determined_by,
    )


def _tokens(subject: VerifiedToken, acting: Acting | None) -> tuple[VerifiedToken, ...]:
    return (subject,) if acting is None else (subject, acting.token)


def _documents(
    tokens: tuple[VerifiedToken, ...], mapped: MappedPrincipal, acting: Acting | None, targets: tuple[Target, ...]
) -> tuple[DocumentVersion, ...]:
    """Everything that was looked at, once each."""
    proven = [document for token in tokens for document in token.documents]
    parties = [*mapped.documents, *(acting.mapped.documents if acting else ())]
    return tuple(dict.fromkeys([*proven, *parties, *(target.audience.document for target in targets)]))


def _provenance(mapped: MappedPrincipal, chain: Chain, documents: tuple[DocumentVersion, ...]) -> Provenance:
    return Provenance(
        issuer=mapped.issuer.id,
        mapping=_versioned(mapped.mapping),
        decision=_fingerprint(documents),
        actor=_versioned(chain.holder.mapping) if chain.holder else None,
    )


def _versioned(mapping: Mapping) -> str:
    return f"{mapping.id}@{mapping.version}"


def _fingerprint(documents: tuple[DocumentVersion, ...]) -> str:
    """Names the snapshot of documents that decided (ATTACKS F7): the audit record lists its versions."""
    return hashlib.sha256(json.dumps(sorted(documents)).encode()).hexdigest()[:16]


def _common_environment(targets: tuple[Target, ...]) -> str | None:
    environments = {target.audience.environment for target in targets}
    return environments.pop() if len(environments) == 1 else None


def _one_time(token: VerifiedToken) -> tuple[OneTimeUse, ...]:
    """An actor token is spent like a subject token: once, in whichever slot."""
    if not token.issuer.single_use:
        return ()
    key = (token.issuer.id, str(token.claims["jti"]))
    return (OneTimeUse(purpose="subject_token", key=key, expires_at=token.expires_at + SKEW),)
