"""A SET as it arrives by push, read once at the edge (RFC 8935 section 2.1)."""

from federation.oauth.errors import InvalidRequest
from federation.oauth.form import check_post
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason

MEDIA_TYPE = "application/secevent+jwt"
MAX_BODY = 16 * 1024
"""Bytes: as many as any token has."""


def read_set(http: HttpRequest) -> str:
    """The text of the SET; raises InvalidRequest."""
    check_post(http)
    if http.headers.get("content-type", "").strip().lower() != MEDIA_TYPE:
        raise InvalidRequest(Reason.UNSUPPORTED_EVENT_TYPE)
    if len(http.body) > MAX_BODY:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "SET", status=413)
    try:
        return http.body.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "not ASCII") from None
