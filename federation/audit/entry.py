"""What each proven step adds to the audit record: flat, small, searchable, without token text."""

import re

from federation.audit.claims import identifying_claims
from federation.model.binding import ProvenKeys
from federation.model.json import Json
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.request import ExchangeRequest

MAX_NAME = 128
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{43,}")


def describe_request(request: ExchangeRequest) -> dict[str, Json]:
    """What was asked for, as the caller named it."""
    return {
        "grant": request.grant.value,
        "subject_token_type": request.subject_token_type.value if request.subject_token_type else None,
        "requested_token_type": request.requested_token_type.value,
        "requested_audience": [_name(audience) for audience in request.audiences],
        "requested_resource": [_name(resource) for resource in request.resources],
        "requested_scope": None if request.scopes is None else [_name(scope) for scope in request.scopes],
    }


def describe_client(client: Caller) -> dict[str, Json]:
    """Which registered client proved itself, and how; nothing for an unregistered caller."""
    if client.client is None:
        return {}
    return {
        "client_id": client.client.id,
        "client_version": client.client.version,
        "client_tenant": client.client.tenant,
        "client_method": client.client.auth.method,
    }


def describe_proven(proven: ProvenKeys) -> dict[str, Json]:
    """Thumbprints of the keys whose possession was proven."""
    shown = {
        "dpop_jkt": proven.dpop,
        "subject_proof_jkt": proven.previous,
        "certificate_thumbprint": proven.certificate,
    }
    return {name: thumbprint for name, thumbprint in shown.items() if thumbprint}


def describe_subject(subject: VerifiedToken) -> dict[str, Json]:
    """Who the foreign token proved: `subject_digest` is the SHA-256 of its claims, `claims` those that identify it."""
    return {
        "issuer": subject.issuer.id,
        "issuer_version": subject.issuer.version,
        "issuer_url": subject.issuer.issuer,
        "tenant": subject.issuer.tenant,
        "subject": subject.subject,
        "subject_digest": subject.digest,
        "subject_kid": subject.key_id,
        "subject_expires_at": subject.expires_at,
        "jwks_stale": subject.keys_stale,
        "jwks_as_of": None if subject.keys_as_of is None else int(subject.keys_as_of),
        "unaccounted_claims": list(subject.unaccounted),
        "misshapen_claims": sorted(subject.misshapen),
        "claims": identifying_claims(subject.claims),
    }


def describe_parent(subject: VerifiedToken) -> dict[str, Json]:
    """What one of our own tokens leads back to: `parent_jti` is the token it was minted from."""
    if subject.own is None:
        return {}
    return {"parent_jti": subject.own.jti, "txn": subject.own.transaction, "tenant": subject.own.tenant}


def describe_actor(actor: VerifiedToken) -> dict[str, Json]:
    """Who proved to act; the subject is told in the same way."""
    return {
        "actor_issuer": actor.issuer.id,
        "actor_issuer_version": actor.issuer.version,
        "actor_tenant": actor.issuer.tenant,
        "actor_subject": actor.subject,
        "actor_digest": actor.digest,
        "actor_kid": actor.key_id,
        "actor_expires_at": actor.expires_at,
        "actor_claims": identifying_claims(actor.claims),
        **({"actor_jti": actor.own.jti} if actor.own else {}),
    }


def describe_acting(acting: Acting) -> dict[str, Json]:
    """Which rule made the actor whom."""
    return {
        "actor_mapping": acting.mapped.mapping.id,
        "actor_mapping_version": acting.mapped.mapping.version,
        "actor_principal": acting.mapped.principal,
        "actor_decided_by": dict(acting.mapped.decided_by),
    }


def describe_mapping(mapped: MappedPrincipal) -> dict[str, Json]:
    """Which rule made it whom, and the claims that decided."""
    return {
        "mapping": mapped.mapping.id,
        "mapping_version": mapped.mapping.version,
        "principal": mapped.principal,
        "root_issuer": mapped.issuer.id,
        "decided_by": dict(mapped.decided_by),
    }


def _name(text: str) -> str:
    """What a caller calls a target or a scope, unless it is a token that was put there by mistake (ATTACKS P3).

    A JWT is longer than any name. A reference is not, but it is 44 characters without a mark between words.
    """
    secret = len(text) > MAX_NAME or _REFERENCE.fullmatch(text)
    return f"({len(text)} characters)" if secret else text
