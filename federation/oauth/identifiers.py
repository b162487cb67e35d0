"""Names that the standards fix, spelled once."""

from enum import StrEnum


class GrantType(StrEnum):
    """Grants of the token endpoint (RFC 8693 section 2.1)."""

    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
    CLIENT_CREDENTIALS = "client_credentials"
    """RFC 6749 section 4.4, for registered clients."""


class TokenType(StrEnum):
    """Token type identifiers (RFC 8693 section 3) that the bridge understands."""

    ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
    ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
    JWT = "urn:ietf:params:oauth:token-type:jwt"
    MTLS = "urn:ietf:params:oauth:token-type:mtls"
    """The TLS client certificate is the subject."""
    AWS4_REQUEST = "urn:ietf:params:aws:token-type:aws4_request"
    """A signed GetCallerIdentity request is the subject."""


SUBJECT_TOKEN_TYPES = (
    TokenType.JWT,
    TokenType.ID_TOKEN,
    TokenType.ACCESS_TOKEN,
    TokenType.AWS4_REQUEST,
    TokenType.MTLS,
)
REQUESTED_TOKEN_TYPES = (TokenType.ACCESS_TOKEN, TokenType.JWT)

JWT_BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""`client_assertion_type` of private_key_jwt (RFC 7523 section 2.2)."""
SPIFFE_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"
"""`client_assertion_type` of a JWT-SVID (draft-ietf-oauth-spiffe-client-auth)."""

CLIENT_AUTHENTICATION_METHODS = (
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "spiffe_jwt",
)
"""As the registry names them; AWS's is none of OAuth's, and has a path of its own."""
ASSERTION_ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
"""Of client assertions (FAPI 2.0 Security Profile section 5.4). The last two are one algorithm, by its old name and by
its new one (RFC 9864)."""
PROOF_ALGORITHMS = ASSERTION_ALGORITHMS
"""Of DPoP proofs."""

AT_JWT = "at+jwt"
"""`typ` of an access token (RFC 9068 section 2.1)."""
PLAIN_JWT = "JWT"
"""`typ` of a token for a cloud that refuses `at+jwt`. The bridge never accepts such a token of its own."""

BEARER = "Bearer"
"""`token_type` of a token that is not bound to a key (RFC 6750)."""

FORM = "application/x-www-form-urlencoded"

ANONYMOUS = "anonymous"
"""`client_id` of a caller that is no client, for libraries that always send one. No document can have it."""
