"""`sub` as an identity: text that can be compared, stored and shown without surprise (ATTACKS A20)."""

from unicodedata import is_normalized

from federation.model.json import Claims
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MAX_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0 section 2)."""


def read_subject(claims: Claims) -> str:
    """The token's `sub`; raises InvalidRequest."""
    sub = claims.get("sub")
    if not isinstance(sub, str):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "sub")
    if not 1 <= len(sub) <= MAX_SUBJECT or not _is_plain(sub):
        raise InvalidRequest(Reason.MALFORMED_SUBJECT)
    return sub


def _is_plain(sub: str) -> bool:
    """Not printable: controls, surrogates, and the format characters that reorder or hide text."""
    return sub.isprintable() and sub == sub.strip() and is_normalized("NFC", sub)
