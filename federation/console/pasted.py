"""Tokens that people paste: read in this process, and never sent on, kept, or put into a URL."""

import re
from typing import Any, ClassVar, Final

from msgspec import Struct

from federation.console.trouble import Unclear
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.value import Redacted
from federation.verification.base64url import NotBase64url, decode

MAX_TOKEN: Final = 16_384
"""Characters: what the bridge takes."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
"""RFC 7515 section 3.1; a header that begins with white space too."""


class Pasted(Redacted, Struct, frozen=True):
    """What a token says; its signature was not looked at."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"header", "claims"})

    header: dict[str, Any]
    claims: dict[str, Any]


def looks_like_jwt(text: str) -> bool:
    """Whether it is a token, and not an id."""
    return _TOKEN.fullmatch(text) is not None


def read_token(text: str) -> Pasted:
    """Raises Unclear, whose message holds nothing of the token."""
    if len(text) > MAX_TOKEN:
        raise Unclear("That token is longer than the bridge takes")
    try:
        header, claims, _ = (decode(part) for part in text.encode("ascii").split(b"."))
        return Pasted(parse_object(header), parse_object(claims))
    except (ValueError, NotBase64url, NotStrictJson):
        raise Unclear("That is no JWT: three parts of base64url, with a dot between them") from None


def read_claims(text: str) -> dict[str, Any]:
    """Claims as a JSON object; raises Unclear."""
    try:
        return parse_object(text.encode("utf-8"))
    except (NotStrictJson, UnicodeEncodeError) as error:
        raise Unclear(f"The claims are no JSON object: {error}") from None
