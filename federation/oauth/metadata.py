"""What the bridge says of itself (RFC 8414)."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from federation.oauth.identifiers import (
    ASSERTION_ALGORITHMS,
    CLIENT_AUTHENTICATION_METHODS,
    PROOF_ALGORITHMS,
    REQUESTED_TOKEN_TYPES,
    SUBJECT_TOKEN_TYPES,
    GrantType,
    TokenType,
)

Metadata: TypeAlias = Mapping[str, object]

JWKS_PATH = "/.well-known/jwks.json"
OPENID_PATH = "/.well-known/openid-configuration"
OAUTH_PATH = "/.well-known/oauth-authorization-server"
ERRORS_PATH = "/.well-known/errors.html"

TOKEN_PATH = "/token"
IAM_TOKEN_PATH = "/iam/token"
"""The same endpoint behind an IAM authorizer."""
INTROSPECTION_PATH = "/introspect"
REVOCATION_PATH = "/revoke"
AUTHORIZE_PATH = "/authorize"
"""A static page that says what to do instead: libraries refuse metadata without an authorization endpoint."""

_BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")


def authorization_server_metadata(issuer: str, algorithms: Sequence[str] = (), mtls_url: str = "") -> Metadata:
    """RFC 8414 section 2. `algorithms`: of our keys.

    `mtls_url`: where client certificates are asked for; without it no client can show one, so nothing that takes one is
    supported.
    """
    methods = [name for name in CLIENT_AUTHENTICATION_METHODS if mtls_url or name not in _BY_CERTIFICATE]
    subjects = [name for name in SUBJECT_TOKEN_TYPES if mtls_url or name is not TokenType.MTLS]
    return {
        "issuer": issuer,
        **_endpoints(issuer),
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "grant_types_supported": [grant.value for grant in GrantType],
        "authorization_endpoint": f"{issuer}{AUTHORIZE_PATH}",
        "response_types_supported": ["none"],  # required, and never empty (RFC 8414 sections 2 and 3.2)
        **_client_authentication("token", "none", *methods),
        **_client_authentication("introspection", *methods),
        **_client_authentication("revocation", "none", *methods),
        "introspection_signing_alg_values_supported": list(algorithms),
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": bool(mtls_url),
        **({"mtls_endpoint_aliases": _endpoints(mtls_url)} if mtls_url else {}),
        "subject_token_types_supported": [token_type.value for token_type in subjects],
        "requested_token_types_supported": [token_type.value for token_type in REQUESTED_TOKEN_TYPES],
    }


def openid_configuration(issuer: str, algorithms: Sequence[str], mtls_url: str = "") -> Metadata:
    """Discovery for clouds that federate with OpenID providers; they demand the three extra members."""
    return {
        **authorization_server_metadata(issuer, algorithms, mtls_url),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(algorithms),
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"],
    }


def _endpoints(base: str) -> Metadata:
    return {
        "token_endpoint": f"{base}{TOKEN_PATH}",
        "introspection_endpoint": f"{base}{INTROSPECTION_PATH}",
        "revocation_endpoint": f"{base}{REVOCATION_PATH}",
    }


def _client_authentication(endpoint: str, *methods: str) -> Metadata:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": list(methods),
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
    }
