"""What verifiers read: the JWKS, both discovery documents, and the page of errors."""

import json

from federation.model.keys import MAX_AGE, KeySet
from federation.oauth.error_page import render_error_page
from federation.oauth.metadata import (
    ERRORS_PATH,
    JWKS_PATH,
    OAUTH_PATH,
    OPENID_PATH,
    Metadata,
    authorization_server_metadata,
    openid_configuration,
)
from federation.ports import PublishedDocument

CACHE_CONTROL = f"public, max-age={MAX_AGE}, stale-if-error=86400"
"""Verifiers keep working while S3 does not answer (ATTACKS F15)."""


def public_documents(keys: KeySet, issuer: str, mtls_url: str = "") -> tuple[PublishedDocument, ...]:
    """Everything public, the JWKS first: nothing may point at a key that cannot be read yet."""
    algorithms = sorted({key.algorithm for key in keys.keys})
    return (
        _json(JWKS_PATH, keys.jwks, "application/jwk-set+json"),
        _json(OAUTH_PATH, authorization_server_metadata(issuer, algorithms, mtls_url)),
        _json(OPENID_PATH, openid_configuration(issuer, algorithms, mtls_url)),
        PublishedDocument(ERRORS_PATH, render_error_page().encode(), "text/html; charset=utf-8", CACHE_CONTROL),
    )


def _json(path: str, content: Metadata, content_type: str = "application/json") -> PublishedDocument:
    return PublishedDocument(path, json.dumps(content, indent=1).encode(), content_type, CACHE_CONTROL)
