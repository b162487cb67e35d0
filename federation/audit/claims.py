"""The claims by which an identity is known again: what a later edit of trust would mean for it can be computed.

Never the whole token: times, nonces and ids that are another's each time say nothing about who it is, and a text that
is long, or could be a token itself, stays out.
"""

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json

MAX_TEXT = 256
"""Characters of a text, names included."""
MAX_SUBJECT = 2048
"""The same of `sub`, which says who it is."""
MAX_BYTES = 4096
"""Of all of them as JSON."""
MAX_DEPTH = 8
PASSING = frozenset(
    {"aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "at_hash", "c_hash", "s_hash", "sid", "txn", "cnf"}
)
"""Another's with every token, or about the token alone."""
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.")
"""How every JWT begins."""


def identifying_claims(claims: Claims) -> dict[str, Json]:
    """Those that fit, the short ones first; each as it is or not at all."""
    kept: dict[str, Json] = {}
    room = MAX_BYTES - len("{}")
    for name, value, size in sorted(_candidates(claims), key=lambda one: (one[2], one[0])):
        if size > room:
            break
        kept[name] = value
        room -= size
    return kept


def _candidates(claims: Claims) -> Iterator[tuple[str, Json, int]]:
    for name, value in claims.items():
        longest = MAX_SUBJECT if name == "sub" and isinstance(value, str) else MAX_TEXT
        if name not in PASSING and _is_plain(name, MAX_DEPTH) and _is_plain(value, MAX_DEPTH, longest):
            yield name, value, len(json.dumps({name: value}))


def _is_plain(value: Json, depth: int, longest: int = MAX_TEXT) -> bool:
    if isinstance(value, str):
        return len(value) <= longest and not _TOKEN.search(value)
    if isinstance(value, ReadOnly):
        members = (_is_plain(name, 1) and _is_plain(member, depth - 1) for name, member in value.items())
        return depth > 0 and all(members)
    if isinstance(value, list | tuple):
        return depth > 0 and all(_is_plain(member, depth - 1) for member in value)
    return value is None or isinstance(value, bool | int | float)
