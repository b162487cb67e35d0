"""The claims of a minted token (RFC 9068 section 2.2, RFC 8693 section 4). No foreign claim enters but by `ctx`."""

from federation.model.authorization import Authorization
from federation.model.json import Json


def build_claims(authorization: Authorization, issuer: str, jti: str) -> dict[str, Json]:
    """The claims set; optional members that have no value are left out."""
    claims: dict[str, Json] = {
        "iss": issuer,
        "sub": authorization.principal,
        "aud": _audience(authorization.audiences),
        "exp": authorization.expires_at,
        "iat": authorization.issued_at,
        "jti": jti,
        "client_id": authorization.client_id,
        "scope": " ".join(authorization.scopes),
        "txn": authorization.transaction,
        "fed": {
            "iss": authorization.provenance.issuer,
            "mapping": authorization.provenance.mapping,
            "decision": authorization.provenance.decision,
            **({"actor": authorization.provenance.actor} if authorization.provenance.actor else {}),
        },
    }
    optional: dict[str, Json] = {
        "tenant": authorization.tenant,
        "env": authorization.environment,
        "ctx": dict(authorization.context),
        "act": authorization.act,
    }
    return claims | {name: value for name, value in optional.items() if value}


def _audience(audiences: tuple[str, ...]) -> Json:
    """Text for the one audience of an ordinary token, a list for several (RFC 7519 section 4.1.3)."""
    return audiences[0] if len(audiences) == 1 else list(audiences)
