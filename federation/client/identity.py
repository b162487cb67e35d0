"""What proves who a caller is: a token or a client certificate of its own."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from msgspec import Struct

from federation.oauth.identifiers import TokenType

MTLS = "mtls"
"""In the place of a token where the TLS client certificate is the subject."""


class Subject(Struct, frozen=True):
    """A token, and of which type; or the files of a client certificate and its key. Its `repr` shows neither."""

    token: str
    type: TokenType = TokenType.JWT
    certificate: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"Subject(type={self.type.name})"

    __str__ = __repr__


def unverified_claims(token: str) -> dict[str, Any]:
    """What a JWT says of itself; empty for what is none. Good for a hint, never for a decision about trust."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, RecursionError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def audiences(claims: dict[str, Any]) -> list[str]:
    """`aud`, which is a text or a list of texts."""
    named = claims.get("aud")
    return [one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str)]
