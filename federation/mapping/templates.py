"""Templates that may use `{claim}`: the principal, and the attributes copied into the token (ATTACKS E7, E9)."""

import re
from functools import lru_cache
from typing import TypeAlias

from federation.mapping.match import ClaimPath, lookup, parse_path
from federation.model.json import Claims
from federation.model.trust import CLIENT_NAMESPACE
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

Template: TypeAlias = tuple[str | ClaimPath, ...]
"""Literal text, and the paths of the claims to put between."""

MAX_VALUE = 256
MAX_PRINCIPAL = 255

_TOKEN = re.compile(r'(?P<text>[^{}]+)|\{(?P<path>(?:"[^"]*"|[^"{}])+)\}')
_WORD = re.compile(r"[A-Za-z0-9._@-]+")
_PRINCIPAL = re.compile(r"[A-Za-z0-9._@-]+(?:/[A-Za-z0-9._@-]+)*")
_DOTS = frozenset({".", ".."})


@lru_cache(maxsize=4096)
def parse_principal(text: str) -> Template:
    """A principal's template; raises ValueError.

    The first segment is literal, so that no outside text chooses a namespace; one claim per segment, so that no two
    identities meet in one principal.
    """
    template = _parse(text)
    segments = "".join(piece if isinstance(piece, str) else "{" for piece in template).split("/")
    if any(segment.count("{") > 1 for segment in segments):
        raise ValueError("use one {claim} between two slashes: with more, different identities could meet")
    if "{" in segments[0]:
        raise ValueError("begin with a literal namespace, such as partner/acme/{sub}: claims must not choose it")
    if segments[0] == CLIENT_NAMESPACE:
        raise ValueError("the namespace client/ is that of registered clients: begin with another")
    if not _is_principal("/".join(segment.replace("{", "x") for segment in segments)):
        raise ValueError("a principal is words of A-Z a-z 0-9 . _ @ - separated by single slashes")
    return template


@lru_cache(maxsize=4096)
def parse_attribute(text: str) -> Template:
    """An attribute's template; raises ValueError."""
    template = _parse(text)
    if len(text) > MAX_VALUE or not text.isprintable():
        raise ValueError(f"an attribute has at most {MAX_VALUE} printable characters")
    return template


def _parse(text: str) -> Template:
    pieces: list[str | ClaimPath] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError("braces enclose one claim path: {claim} or {a.b}")
        pieces.append(token["text"] or parse_path(token["path"]))
        position = token.end()
    if not pieces:
        raise ValueError("must not be empty")
    return tuple(pieces)


def principal(text: str, claims: Claims) -> str:
    """The principal that the template yields; raises InvalidRequest where a claim is absent or not a plain word."""
    pieces = [piece if isinstance(piece, str) else _word(claims, piece) for piece in _parsed(text)]
    result = "".join(pieces)
    _check_length("the principal", result, MAX_PRINCIPAL)
    if not _is_principal(result):
        raise _invalid("the principal")
    return result


def _parsed(text: str) -> Template:
    try:
        return parse_principal(text)
    except ValueError as error:
        raise _invalid("the principal's template") from error


def attribute(name: str, text: str, claims: Claims) -> str:
    """An attribute's value; raises InvalidRequest where a claim is absent, empty or not printable text."""
    try:
        template = parse_attribute(text)
    except ValueError as error:
        raise _invalid(f"the template of attribute {name}") from error
    value = "".join(piece if isinstance(piece, str) else _text(claims, piece) for piece in template)
    _check_length(f"attribute {name}", value, MAX_VALUE)
    if not value.isprintable():
        raise _invalid(f"attribute {name}")
    return value


def _word(claims: Claims, path: ClaimPath) -> str:
    """A value that cannot leave its segment: no slash, and nothing that needs quoting anywhere."""
    value = _text(claims, path)
    if not _WORD.fullmatch(value):
        raise _invalid(f"claim {'.'.join(path)}")
    return value


def _text(claims: Claims, path: ClaimPath) -> str:
    value = lookup(claims, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value:
        return value
    raise _invalid(f"claim {'.'.join(path)}")


def _is_principal(text: str) -> bool:
    return len(text) <= MAX_PRINCIPAL and bool(_PRINCIPAL.fullmatch(text)) and _DOTS.isdisjoint(text.split("/"))


def _check_length(what: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidRequest(Reason.PRINCIPAL_INVALID, f"{what} has {len(text)} characters, the limit is {limit}")


def _invalid(what: str) -> InvalidRequest:
    return InvalidRequest(Reason.PRINCIPAL_INVALID, f"{what} is absent or has other characters than allowed")
