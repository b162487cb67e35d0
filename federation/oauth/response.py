"""The only place that renders what a caller sees (RFC 8693 section 2.2, RFC 6749 section 5)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import TokenType

_HEADERS = {"cache-control": "no-store", "pragma": "no-cache", "content-type": "application/json"}


class TokenResponse(Struct, frozen=True):
    """A successful exchange (RFC 8693 section 2.2.1). `expires_in`: seconds."""

    access_token: str
    issued_token_type: TokenType
    token_type: str
    expires_in: int
    scope: str
    authorization_details: Sequence[Mapping[str, Any]] = ()


def render_token(response: TokenResponse, correlation_id: str) -> HttpResponse:
    """The 200 that carries a token; `scope` is always said, so that no caller has to guess."""
    body = {
        "access_token": response.access_token,
        "issued_token_type": response.issued_token_type.value,
        "token_type": response.token_type,
        "expires_in": response.expires_in,
        "scope": response.scope,
        **({"authorization_details": list(response.authorization_details)} if response.authorization_details else {}),
    }
    return _render(200, body, correlation_id)


def render_error(error: OAuthError, correlation_id: str, error_page: str) -> HttpResponse:
    """A refusal; `error_page` is the URL of the page that explains every reason."""
    body = {
        "error": error.error,
        "error_description": error.description,
        "error_uri": f"{error_page}#{error.reason.value}",
        "correlation_id": correlation_id,
        **error.members,
    }
    return _render(error.http_status, body, correlation_id, error.headers)


def _render(
    status: int, body: Mapping[str, object], correlation_id: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        status=status,
        body=json.dumps(body, separators=(",", ":")).encode(),
        headers={**_HEADERS, "x-correlation-id": correlation_id, **(headers or {})},
    )
