"""`sub` as an identity: text that can be compared, stored and shown without surprise (ATTACKS A20)."""

from unicodedata import is_normalized

from federation.model.json import Claims
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MAX_SUBJECT = 2048
"""Characters: as many as a SPIFFE ID has (SPIFFE-ID section 2.3). CI jobs tell more than 255 of themselves."""


def read_subject(claims: Claims) -> str:
    """The token's `sub`; raises InvalidRequest."""
    sub = claims.get("sub")
    if not isinstance(sub, str):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "sub")
    if len(sub) > MAX_SUBJECT:
        raise InvalidRequest(Reason.MALFORMED_SUBJECT, f"sub has {len(sub)} characters, the limit is {MAX_SUBJECT}")
    if not sub or not _is_plain(sub):
        raise InvalidRequest(Reason.MALFORMED_SUBJECT, "sub has unsafe characters" if sub else "sub is empty")
    return sub


def _is_plain(sub: str) -> bool:
    """Not printable: controls, surrogates, and the format characters that reorder or hide text."""
    return sub.isprintable() and sub == sub.strip() and is_normalized("NFC", sub)
