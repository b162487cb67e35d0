"""The claims of a minted token (RFC 9068 section 2.2, RFC 8693 section 4). No foreign claim enters but by `ctx`."""

from federation.model.authorization import Authorization, Link, Provenance
from federation.model.json import Json


def build_claims(authorization: Authorization, issuer: str, jti: str, status: Json = None) -> dict[str, Json]:
    """The claims set; optional members that have no value are left out. `status`: where to look for a revocation."""
    claims: dict[str, Json] = {
        "iss": issuer,
        "sub": authorization.principal,
        "aud": _audience(authorization.token_audiences or authorization.audiences),
        "exp": authorization.expires_at,
        "iat": authorization.issued_at,
        "jti": jti,
        "client_id": authorization.client_id,
        "scope": " ".join(authorization.scopes),
        "txn": authorization.transaction,
        "fed": _provenance(authorization.provenance),
    }
    optional: dict[str, Json] = {
        "tenant": authorization.tenant,
        "env": authorization.environment,
        "ctx": dict(authorization.context),
        "act": authorization.act,
        "cnf": authorization.binding.claim if authorization.binding else None,
        "authorization_details": list(authorization.authorization_details),
        "status": status,
    }
    return claims | _present(optional)


def _provenance(provenance: Provenance) -> dict[str, Json]:
    """`fed`: what a later exchange, a revocation or an auditor needs to know about where the token comes from."""
    optional: dict[str, Json] = {
        "actor": provenance.actor,
        "actor_iss": provenance.actor_issuer,
        "client": provenance.client,
        "chain": [_link(link) for link in provenance.chain],
    }
    return {
        "iss": provenance.issuer,
        "mapping": provenance.mapping,
        "decision": provenance.decision,
        **_present(optional),
    }


def _link(link: Link) -> Json:
    return {"jti": link.jti, "client": link.client_id, "mapping": link.mapping, "iss": link.issuer}


def _present(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value}


def _audience(audiences: tuple[str, ...]) -> Json:
    """Text for the one audience of an ordinary token, a list for several (RFC 7519 section 4.1.3)."""
    return audiences[0] if len(audiences) == 1 else list(audiences)
