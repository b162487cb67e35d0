"""Where a token comes from, and what must not have been revoked for it to be made."""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache

from federation.model.authorization import Link, NotRevoked, Provenance
from federation.model.identity import subject_key
from federation.model.own_claims import OwnClaims
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING, keys_of
from federation.model.tokens import SKEW, Caller, VerifiedToken
from federation.model.trust import Client, DocumentVersion, MappedPrincipal, Mapping
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.case import Case, Parties
from federation.policy.decider import PolicyDecision

MAX_POLICIES = 4
"""Names of policies in a token."""
MAX_LINKS = 8
"""Tokens of ours behind a token."""


def documents(case: Case, decision: PolicyDecision) -> tuple[DocumentVersion, ...]:
    """Everything that was looked at, once each."""
    parties = case.parties
    proven = [document for token in parties.tokens for document in token.documents]
    mapped = [document for _, somebody in parties.presented for document in somebody.documents]
    targets = (target.audience.document for target in case.targets)
    return tuple(dict.fromkeys([*proven, *mapped, *parties.client.documents, *targets, *decision.documents]))


def provenance(case: Case, decision: PolicyDecision, versions: tuple[DocumentVersion, ...]) -> Provenance:
    """`fed`; raises InvalidRequest for a line of more than eight tokens."""
    parties, current_actor = case.parties, case.chain.current_actor
    client = parties.client.client
    return Provenance(
        issuer=parties.mapped.issuer.id,
        mapping=_versioned(parties.mapped.mapping),
        decision=f"{_named(decision.determined_by)}@{_fingerprint(versions)}",
        actor=_versioned(current_actor.mapping) if current_actor else None,
        actor_issuer=current_actor.issuer.id if current_actor else None,
        client=_versioned(client) if client else None,
        client_issuer=parties.client.vouched.issuer if parties.client.vouched else None,
        chain=_chain(parties.tokens),
        identity=parties.mapped.identity,
        actor_identity=current_actor.identity if current_actor else None,
    )


def _versioned(document: Mapping | Client) -> str:
    return f"{document.id}@{document.version}"


def _named(policies: tuple[str, ...]) -> str:
    """A token stays small: what is beyond the first few, the audit record names."""
    further = len(policies) - MAX_POLICIES
    return ",".join((*policies[:MAX_POLICIES], *((f"+{further}",) if further > 0 else ())))


@lru_cache(maxsize=256)
def _fingerprint(versions: tuple[DocumentVersion, ...]) -> str:
    """Names the snapshot of documents that decided (ATTACKS F7): the audit record lists its versions."""
    return hashlib.sha256(json.dumps(sorted(versions)).encode()).hexdigest()[:16]


def _chain(tokens: tuple[VerifiedToken, ...]) -> tuple[Link, ...]:
    ours = [token.own for token in tokens if token.own is not None]
    links = tuple(dict.fromkeys(link for own in ours for link in (*own.chain, _link(own))))
    if len(links) > MAX_LINKS:
        raise InvalidRequest(Reason.CHAIN_TOO_LONG, f"{len(links)} tokens already")
    return links


def _link(own: OwnClaims) -> Link:
    made_by, vouched_by = own.current_actor or own.mapping, own.holder_issuer or own.issuer
    identity = own.holder_identity if own.holder_issuer else own.identity
    return Link(own.jti, own.client_id, made_by, vouched_by, own.client_issuer, identity)


def not_revoked(parties: Parties, now: int) -> tuple[NotRevoked, ...]:
    """For every token that was presented: what it falls under, and since when it has been about.

    A token or certificate by which the caller was authenticated is one of them. `now`: seconds since the epoch.
    """
    client, tenant = parties.client.client_id, parties.mapped.issuer.tenant
    presented = [
        NotRevoked(tuple(sorted({*_keys(token, mapped, client), *_there(mapped, tenant)}, key=str)), when)
        for token, mapped in parties.presented
        for when in [token.issued_at if token.own else _surely(token.issued_at, now)]
    ]
    return (*presented, *caller_not_revoked(parties.client, now))


def caller_not_revoked(caller: Caller, now: int) -> Iterator[NotRevoked]:
    """The same for the token or certificate by which the caller was authenticated; none for keys of its own."""
    if caller.vouched is not None:
        keys = (EVERYTHING, RevocationKey(RevocationTarget.ISSUER, caller.vouched.issuer))
        yield NotRevoked(keys, _surely(caller.vouched.issued_at, now))


def _surely(issued_at: int, now: int) -> int:
    """What says to be of a moment that has not come is by a clock that is ahead: it may be as old as that is forgiven.

    Else whoever has such a token would come in after a revocation that is about it. By a clock that is right, whoever
    logs in anew is let in at once.
    """
    return issued_at if issued_at <= now else issued_at - SKEW


def _there(mapped: MappedPrincipal, tenant: str | None) -> Iterator[RevocationKey]:
    """An actor in a tenant may be revoked in it, also one of no tenant."""
    if tenant is not None:
        yield RevocationKey(RevocationTarget.PRINCIPAL, mapped.principal, tenant)


def _keys(token: VerifiedToken, mapped: MappedPrincipal, client: str | None) -> Iterator[RevocationKey]:
    if token.own is not None:
        yield from keys_of(token.own)
        return
    yield EVERYTHING
    yield RevocationKey(RevocationTarget.ISSUER, mapped.issuer.id)
    if mapped.identity is not None:
        yield subject_key(mapped.issuer.id, mapped.identity)
    yield RevocationKey(RevocationTarget.MAPPING, mapped.mapping.id)
    yield from {
        RevocationKey(RevocationTarget.PRINCIPAL, mapped.principal, tenant) for tenant in (None, mapped.issuer.tenant)
    }
    if client is not None:
        yield RevocationKey(RevocationTarget.CLIENT, client)
