"""Just-in-time approval: exactly this request, by exactly these, put to a person (DESIGN section 4)."""

import hashlib
import json
from collections.abc import Iterator

from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.model.identity import subject_key
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.revocation_keys import subjects_of
from federation.model.tokens import VerifiedToken
from federation.oauth.errors import AccessDenied, AuthorizationPending, InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.case import Case, Parties
from federation.ports import Approvals

ASKED_FOR = 3600
"""Seconds that a person has to answer."""
INTERVAL = 5
"""Seconds that a caller waits before it looks again (RFC 8628 section 3.5)."""


def approval_request(case: Case, purposes: tuple[str, ...]) -> ApprovalRequest:
    """What a person is asked. In which order scopes and targets were named makes no difference."""
    mapped, current_actor = case.parties.mapped, case.chain.current_actor
    audiences = tuple(sorted(target.audience.id for target in case.targets))
    through = tuple(dict.fromkeys(id_ for token in case.parties.tokens for id_ in _through(token)))
    subjects = _subjects(case.parties)
    scopes, client_id = tuple(sorted(case.scopes)), case.parties.client.client_id
    parts = [
        *(mapped.principal, mapped.issuer.tenant, mapped.issuer.id),
        *(case.chain.action, case.chain.actors, current_actor.issuer.id if current_actor else None, client_id),
        *(audiences, scopes, case.details, sorted(purposes), through, subjects),
    ]
    return ApprovalRequest(
        id=_fingerprint(parts),
        principal=mapped.principal,
        audiences=audiences,
        scopes=scopes,
        purposes=tuple(sorted(purposes)),
        actors=case.chain.actors,
        tenant=mapped.issuer.tenant,
        client_id=client_id,
        through=through,
        authorization_details=case.details,
        issuer=mapped.issuer.id,
        subjects=subjects,
    )


def _subjects(parties: Parties) -> tuple[str, ...]:
    """Whom issuers vouched for: one person may have several principals."""
    people = {subject_key(one.issuer.id, one.identity) for one in parties.people if one.identity}
    behind = {key for token in parties.tokens if token.own is not None for key in subjects_of(token.own)}
    return tuple(sorted(key.value for key in people | behind))


def _through(token: VerifiedToken) -> Iterator[str]:
    """Whose hands it came by, the first of them first; of a foreign token it is unknown."""
    if token.own is not None:
        yield from (link.client_id for link in token.own.chain)
        yield token.own.client_id


def _fingerprint(parts: object) -> str:
    """JSON says where each text ends, so that no two requests read alike."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def approved(approvals: Approvals | None, case: Case, purposes: tuple[str, ...]) -> StoredApproval:
    """The approval that holds now; raises AuthorizationPending until it is decided, AccessDenied if it was denied.

    A refusal writes nothing, but for the one question to which there is no answer yet.
    """
    if approvals is None:
        raise InvalidRequest(Reason.APPROVAL_REQUIRED, ", ".join(purposes))
    request = approval_request(case, purposes)
    stored = approvals.approval(request.id)
    if stored is None or case.now >= stored.expires_at:
        stored = approvals.ask(request, case.now, ASKED_FOR)
    if stored.state is ApprovalState.DENIED:
        raise AccessDenied(Reason.APPROVAL_DENIED, request.id)
    if stored.state is not ApprovalState.APPROVED or case.now >= stored.expires_at:
        raise AuthorizationPending(Reason.APPROVAL_PENDING, request.id, INTERVAL, ", ".join(purposes))
    return stored


def use_of(stored: StoredApproval) -> OneTimeUse:
    """One of the uses for which it was given."""
    key = (stored.request.id, str(stored.version))
    return OneTimeUse(Purpose.APPROVAL, key, stored.expires_at, stored.uses)
