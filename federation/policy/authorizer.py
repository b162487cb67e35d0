"""The decision: what the mapping's grants allow of what the request asks."""

import hashlib
import json
from dataclasses import dataclass

from federation.model.authorization import Authorization, OneTimeUse, Provenance
from federation.model.tokens import Caller, VerifiedToken
from federation.model.trust import DocumentVersion, MappedPrincipal
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.policy.lifetime import decide_expiry
from federation.policy.scopes import decide_scopes
from federation.policy.targets import Target, resolve_targets
from federation.ports import AudienceDirectory, Clock

SKEW = 60
"""Seconds that a subject token is accepted beyond its `exp`: a spent one must be remembered as long."""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Decides within the grants' ceilings."""

    audiences: AudienceDirectory
    clock: Clock

    def authorize(
        self,
        client: Caller,
        subject: VerifiedToken,
        actor: VerifiedToken | None,
        mapped: MappedPrincipal,
        request: ExchangeRequest,
    ) -> Authorization:
        """What may be minted, exactly; raises InvalidTarget, InvalidScope or InvalidRequest.

        Deterministic: the same inputs, documents and time give the same decision (ATTACKS invariant 9).
        """
        if actor is not None:
            raise InvalidRequest(Reason.DELEGATION_UNSUPPORTED)
        targets = resolve_targets(request, self.audiences.audiences(), mapped.mapping, subject.issuer.tenant)
        scopes = decide_scopes(request.scopes, targets)
        now = int(self.clock.now())
        documents = _documents(subject, mapped, targets)
        return Authorization(
            principal=mapped.principal,
            client_id=client.client_id or mapped.principal,
            audiences=tuple(target.audience.id for target in targets),
            scopes=scopes,
            issued_at=now,
            expires_at=decide_expiry(now, subject.expires_at, targets),
            issued_token_type=request.requested_token_type,
            transaction=request.correlation_id,
            provenance=_provenance(subject, mapped, documents),
            context=mapped.attributes,
            documents=documents,
            tenant=subject.issuer.tenant,
            environment=_common_environment(targets),
            one_time=_one_time(subject),
        )


def _documents(
    subject: VerifiedToken, mapped: MappedPrincipal, targets: tuple[Target, ...]
) -> tuple[DocumentVersion, ...]:
    return (subject.issuer.document, mapped.mapping.document, *(target.audience.document for target in targets))


def _provenance(subject: VerifiedToken, mapped: MappedPrincipal, documents: tuple[DocumentVersion, ...]) -> Provenance:
    return Provenance(
        issuer=subject.issuer.id,
        mapping=f"{mapped.mapping.id}@{mapped.mapping.version}",
        decision=_fingerprint(documents),
    )


def _fingerprint(documents: tuple[DocumentVersion, ...]) -> str:
    """Names the snapshot of documents that decided (ATTACKS F7): the audit record lists its versions."""
    return hashlib.sha256(json.dumps(sorted(documents)).encode()).hexdigest()[:16]


def _common_environment(targets: tuple[Target, ...]) -> str | None:
    environments = {target.audience.environment for target in targets}
    return environments.pop() if len(environments) == 1 else None


def _one_time(subject: VerifiedToken) -> tuple[OneTimeUse, ...]:
    if not subject.issuer.single_use:
        return ()
    key = (subject.issuer.id, str(subject.claims["jti"]))
    return (OneTimeUse(purpose="subject_token", key=key, expires_at=subject.expires_at + SKEW),)
