"""Where a list goes on, as text that callers hand back and do not read (ATTACKS O7)."""

import hmac
import json
from hashlib import sha256
from http import HTTPStatus

from federation.admin.api.refusals import AdminRefusal
from federation.oauth.reasons import Reason
from federation.verification import base64url
from federation.verification.base64url import NotBase64url

PATTERN = r"[A-Za-z0-9_-]{1,512}"
_CHECKSUM = 8


def cursor(of: str, after: str) -> str:
    """Behind `after` in the list `of`.

    The checksum finds what was altered. It need not stop whoever computes it anew: a cursor gives nobody more than
    asking from the beginning does.
    """
    position = json.dumps([of, after], separators=(",", ":")).encode()
    return base64url.encode(_checksum(position) + position).decode("ascii")


def position(of: str, text: str | None) -> str | None:
    """What `cursor` was made of; raises AdminRefusal."""
    if text is None:
        return None
    try:
        raw = base64url.decode(text.encode("ascii"))
    except (NotBase64url, UnicodeEncodeError):
        raise _bad() from None
    checksum, content = raw[:_CHECKSUM], raw[_CHECKSUM:]
    if not hmac.compare_digest(checksum, _checksum(content)):
        raise _bad()
    try:
        named, after = json.loads(content)
    except (RecursionError, TypeError, ValueError):
        raise _bad() from None
    if named != of or not isinstance(after, str):
        raise _bad()
    return after


def _checksum(content: bytes) -> bytes:
    return sha256(b"fedbridge cursor\0" + content).digest()[:_CHECKSUM]


def _bad() -> AdminRefusal:
    return AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.BAD_CURSOR)
