"""The Status List Token: a list as a signed JWT (draft-ietf-oauth-status-list section 5.1)."""

import json
from typing import Any

from msgspec import Struct

from federation.minting.jws import verifies
from federation.model.json import JsonObject
from federation.model.keys import KeySet
from federation.model.status_list import NotAStatusList, StatusList, read_status_list
from federation.verification import base64url
from federation.verification.base64url import NotBase64url

TYP = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYP}"
TTL = 5
"""Seconds for which a verifier may keep a list: about as long as a revocation takes to reach it."""
LIFETIME = 15 * 60
"""Seconds after which nobody believes a list: an old one cannot be played back for longer."""


class ListToken(Struct, frozen=True):
    """What a published list says."""

    uri: str
    expires_at: int
    """Seconds since the epoch."""
    list: StatusList


def list_claims(issuer: str, uri: str, status_list: StatusList, now: int) -> JsonObject:
    """The claims of a list that is published now."""
    return {
        "iss": issuer,
        "sub": uri,
        "iat": now,
        "exp": now + LIFETIME,
        "ttl": TTL,
        "status_list": {"bits": 1, "lst": status_list.text},
    }


def read_list_token(text: bytes, keys: KeySet) -> ListToken | None:
    """What stands in the token if one of our keys signed it; None: nothing that we could build on."""
    try:
        message, _, signature = text.rpartition(b".")
        header, payload = (json.loads(base64url.decode(part)) for part in message.split(b"."))
        if header["typ"] != TYP or not _signed(message, base64url.decode(signature), header["kid"], keys):
            return None
        return _read(payload)
    except (KeyError, NotAStatusList, NotBase64url, RecursionError, TypeError, ValueError):
        return None


def _signed(message: bytes, signature: bytes, kid: str, keys: KeySet) -> bool:
    return any(verifies(key, message, signature) for key in keys.keys if key.kid == kid)


def _read(claims: Any) -> ListToken:  # noqa: ANN401  (JSON of our own; what is missing raises KeyError)
    return ListToken(claims["sub"], int(claims["exp"]), read_status_list(claims["status_list"]["lst"]))
