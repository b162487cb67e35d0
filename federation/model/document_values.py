"""Values in documents, read strictly; and a Client's, which are the most."""

import re
from collections.abc import Sequence
from typing import cast, get_args

from federation.model.confirmation import is_pending
from federation.model.json import JsonObject
from federation.model.trust import TOKEN_EXCHANGE, Client, ClientAuth, ClientMethod, Lives, MatchValue, RateLimit

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def seconds(text: str) -> int:
    """Whole seconds; raises ValueError for anything but one number with one unit."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("a duration is a whole number and a unit: 90s, 5m, 1h or 7d")
    return int(match[1]) * _UNITS[match[2]]


def seconds_or_none(text: str) -> int:
    """The same, and `0s`, which forbids what a duration would allow."""
    return 0 if text == "0s" else seconds(text)


def text(value: object) -> str:
    """The text; not empty."""
    if not isinstance(value, str) or not value:
        raise TypeError("expected text")
    return value


def optional_text(value: object) -> str | None:
    """The text, or None for none."""
    return None if value is None else text(value)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def texts(values: object) -> tuple[str, ...]:
    """Every text of a list."""
    return tuple(text(value) for value in sequence(values))


def sequence(values: object) -> Sequence[object]:
    """The items of a list."""
    if not isinstance(values, list | tuple):
        raise TypeError("expected a list")
    return values


def members(value: object) -> JsonObject:
    """The members of an object."""
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return cast("JsonObject", value)


def match_value(value: object) -> MatchValue:
    """What a line of a mapping is compared with."""
    if not isinstance(value, str | int | bool):
        raise TypeError("expected text, a whole number, true or false")
    return value


def whole(value: object) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def rate_limit(body: JsonObject) -> RateLimit | None:
    """The member `rate_limit` of a document; None: it says none."""
    if "rate_limit" not in body:
        return None
    limit = members(body["rate_limit"])
    return RateLimit(whole(limit["per_second"]), whole(limit["burst"]))


NOTHING: Lives = {}
_METHODS: tuple[ClientMethod, ...] = get_args(ClientMethod)
_NAMES = ("san_uri", "san_dns", "san_ip", "san_email", "subject_dn")
"""tls_client_auth: the one name by which it is known (RFC 8705 section 2.1.2)."""


def client(id_: str, version: int, body: JsonObject, since: int = 1, lives: Lives = NOTHING) -> Client:
    """Raises KeyError, TypeError or ValueError where the document is corrupt."""
    return Client(
        id=id_,
        version=version,
        auth=_auth(members(body["auth"])),
        audiences=texts(body.get("audiences", ())),
        scopes=texts(body.get("scopes", ())),
        grants=texts(body.get("grants", (TOKEN_EXCHANGE,))),
        tenant=optional_text(body.get("tenant")),
        rate_limit=rate_limit(body),
        sender_constraint=text(body.get("sender_constraint", "none")),
        enabled=flag(body.get("enabled", True)) and not is_pending(body),
        since=since,
        lives=lives,
    )


def _auth(auth: JsonObject) -> ClientAuth:
    return ClientAuth(
        method=_method(text(auth["method"])),
        jwks=members(auth["jwks"]) if "jwks" in auth else None,
        jwks_uri=optional_text(auth.get("jwks_uri")),
        subject=_subject(auth),
        certificates=texts(auth.get("certificates", ())),
        thumbprints=texts(auth.get("thumbprints", ())),
        spiffe_id=optional_text(auth.get("spiffe_id")),
        issuer=optional_text(auth.get("issuer")),
        role=optional_text(auth.get("role")),
    )


def _method(name: str) -> ClientMethod:
    for method in _METHODS:
        if name == method:
            return method
    raise ValueError("unknown method")


def _subject(auth: JsonObject) -> tuple[str, str] | None:
    """Of several, which one counts would be a guess."""
    named = [(name, text(auth[name])) for name in _NAMES if name in auth]
    if len(named) > 1:
        raise ValueError("several names")
    return named[0] if named else None
