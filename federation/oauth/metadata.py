"""What the bridge says of itself (RFC 8414), and the page that explains every reason."""

from collections.abc import Mapping, Sequence
from html import escape
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
from federation.oauth.reasons import Reason

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

    `mtls_url`: where client certificates are asked for; without it nobody can show one, so nothing that takes one is
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


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Why an exchange is refused</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
dt{font-family:ui-monospace,monospace;font-weight:600;margin-top:1rem}
dd{margin-left:0}
dt:target{background:#fff3bf}
</style></head><body>
<h1>Why an exchange is refused</h1>
<p>Every refusal names one of these reasons. Details are in the bridge's audit record; give its administrator the
<code>correlation_id</code> of the answer. What is wrong with your own token, or with the way here, tells
<code>fedbridge doctor --source file:TOKEN</code>.</p>
<dl>
"""


_MORE = {
    Reason.CLIENT_AUTHENTICATION_FAILED: """<p>An assertion of <code>private_key_jwt</code> must have:</p>
<ul>
<li><code>aud</code>: the issuer URL of this bridge (<code>issuer</code> of its metadata), as one text. Nimbus and
Spring Security send the URL of the token endpoint unless they are told otherwise, and that is refused.</li>
<li><code>alg</code>: ES256, PS256 or EdDSA (also as Ed25519), with a key of the client's document. RS256 is
refused.</li>
<li><code>exp</code>: at most 300 seconds after <code>iat</code>.</li>
<li><code>jti</code>: a new one each time; it is accepted once.</li>
</ul>
<p><code>iss</code> and <code>sub</code> are the client's id. Which of these failed, and whether the client exists, only
the audit record tells.</p>""",
}
"""What the page says beyond the advice, as HTML."""


def render_error_page() -> str:
    """HTML with one anchor per reason code."""
    return _HEAD + "".join(map(_row, Reason)) + "</dl></body></html>\n"


def _row(reason: Reason) -> str:
    return f'<dt id="{reason.value}">{reason.value}</dt><dd>{escape(reason.advice)}{_MORE.get(reason, "")}</dd>\n'
