"""A push of keys, parsed once at the edge: `POST /issuers/{id}/keys` with a JWK Set and a token."""

import re
from typing import ClassVar

from msgspec import Struct

from federation.oauth.errors import InvalidRequest, InvalidToken
from federation.oauth.form import check_post
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.value import Redacted
from federation.verification.proofs.resource_request import PresentedToken, read_authorization

MAX_BODY = 64 * 1024

_PATH = re.compile(r"/issuers/([a-z0-9][a-z0-9._-]{0,62})/keys")
_CONTENT_TYPE = re.compile(r"application/(?:jwk-set\+)?json(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)


class KeyPush(Redacted, Struct, frozen=True):
    """What a caller wants taken for an issuer's keys; nothing of it is proven."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    issuer: str
    """Id of an Issuer document, if there is one of that id."""
    presented: PresentedToken
    body: bytes


def parse_push(http: HttpRequest) -> KeyPush:
    """The push that `http` carries; raises a typed OAuthError."""
    check_post(http)
    presented = read_authorization(http)
    _check_body(http)
    return KeyPush(_issuer(http.path), presented, http.body)


def _check_body(http: HttpRequest) -> None:
    if not _CONTENT_TYPE.fullmatch(http.headers.get("content-type", "").strip()):
        raise InvalidRequest(Reason.UNSUPPORTED_KEYS_TYPE)
    if len(http.body) > MAX_BODY:
        raise InvalidRequest(Reason.BODY_TOO_LARGE, status=413)


def _issuer(path: str) -> str:
    match = _PATH.fullmatch(path)
    if match is None:
        # As for an id that does not exist: the answer tells no id that does.
        raise InvalidToken(Reason.PUSH_NOT_AUTHORIZED, "the path names no issuer")
    return match[1]
