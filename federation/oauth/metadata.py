"""What the bridge says about itself (RFC 8414, OpenID Connect Discovery 1.0 section 3)."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from federation.oauth.identifiers import REQUESTED_TOKEN_TYPES, SUBJECT_TOKEN_TYPES, GrantType

Metadata: TypeAlias = Mapping[str, object]

JWKS_PATH = "/.well-known/jwks.json"
OPENID_PATH = "/.well-known/openid-configuration"
OAUTH_PATH = "/.well-known/oauth-authorization-server"
ERRORS_PATH = "/.well-known/errors.html"


def authorization_server_metadata(issuer: str, scopes: Sequence[str] = ()) -> Metadata:
    """RFC 8414 section 2: only what this bridge really does."""
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "grant_types_supported": [GrantType.TOKEN_EXCHANGE.value],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "subject_token_types_supported": [token_type.value for token_type in SUBJECT_TOKEN_TYPES],
        "requested_token_types_supported": [token_type.value for token_type in REQUESTED_TOKEN_TYPES],
        **({"scopes_supported": sorted(scopes)} if scopes else {}),
    }


def openid_configuration(issuer: str, algorithms: Sequence[str]) -> Metadata:
    """Discovery for clouds that federate with OpenID providers; they demand the three extra members."""
    return {
        **authorization_server_metadata(issuer),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(algorithms),
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"],
    }
