"""An admin token for this laptop's bridge: seeded trust, one real exchange, a file that only its owner reads.

The seeded issuer's private key exists in this process alone, and only while the bridge runs.
"""

import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from federation.client.credential import write_private
from federation.client.http import post_form
from federation.documents.source import SourceDocument
from federation.local.issuers.loopback import IssuerKey
from federation.model.confirmation import ADMIN_SCOPES
from federation.model.trust import DocumentRef, Kind
from federation.oauth.identifiers import GrantType, TokenType

AUDIENCE = "federation-admin"
LIFETIME = 3600
"""Seconds."""

_ID = "fedbridge-serve"
_ISSUER = "https://fedbridge-serve.example.com"
_SUBJECT = "whoever-started-this-bridge"
_PRINCIPAL = "admin/laptop"

SEEDED = (DocumentRef(Kind.MAPPING, _ID), DocumentRef(Kind.ISSUER, _ID))
"""What must go again when the bridge ends."""


class NoAdminToken(Exception):
    """The bridge refused, or the file cannot be written; says why."""


def admin_documents(key: IssuerKey, others: Iterable[SourceDocument]) -> list[SourceDocument]:
    """The trust under which `key` may ask for an admin token.

    An admin Audience among `others` is left as it is: the token has those of its scopes that this version knows.
    """
    theirs = next((other.value for other in others if other.name == f"{Kind.AUDIENCE} {AUDIENCE}"), None)
    audience = [_audience()] if theirs is None else []
    scopes = _known(theirs.get("scopes")) if isinstance(theirs, Mapping) else list(ADMIN_SCOPES)
    documents = (*audience, _issuer(key), _mapping(scopes))
    return [SourceDocument("fedbridge serve", document) for document in documents]


def request_admin_token(bridge_url: str, key: IssuerKey, issuer_url: str = "") -> str:
    """A Bearer token for the admin API of that bridge, by an ordinary exchange; raises NoAdminToken.

    `issuer_url`: the bridge's name, where that is not the URL.
    """
    form = [
        ("grant_type", GrantType.TOKEN_EXCHANGE.value),
        ("subject_token", key.sign(_claims(issuer_url or bridge_url))),
        ("subject_token_type", TokenType.JWT.value),
        ("audience", AUDIENCE),
    ]
    members = post_form(f"{bridge_url}/token", form).members
    if "access_token" not in members:
        raise NoAdminToken(str(members.get("error_description")))
    return str(members["access_token"])


def write_secret(file: Path, text: str) -> None:
    """A file that only its owner reads; raises NoAdminToken."""
    try:
        write_private(file, text)
    except OSError as error:
        raise NoAdminToken(f"The admin token cannot be written to {file}: {error.strerror}") from error


def _known(scopes: object) -> list[str]:
    return [scope for scope in ADMIN_SCOPES if isinstance(scopes, list | tuple) and scope in scopes]


def _audience() -> dict[str, Any]:
    return {"kind": "Audience", "id": AUDIENCE, "scopes": list(ADMIN_SCOPES), "max_ttl": "1h"}


def _issuer(key: IssuerKey) -> dict[str, Any]:
    return {
        "kind": "Issuer",
        "id": _ID,
        "provider": "oidc",
        "issuer": _ISSUER,
        "keys": {"jwks": key.jwks},
        "algorithms": [key.algorithm],
        "single_use": True,
    }


def _mapping(scopes: list[str]) -> dict[str, Any]:
    return {
        "kind": "Mapping",
        "id": _ID,
        "issuer": _ID,
        "match": {"sub": _SUBJECT},
        "principal": _PRINCIPAL,
        "grants": [{"audience": AUDIENCE, "scopes": scopes, "default_scopes": scopes, "max_ttl": "1h"}],
    }


def _claims(issuer_url: str) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": _ISSUER,
        "sub": _SUBJECT,
        "aud": issuer_url,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_hex(16),
    }
