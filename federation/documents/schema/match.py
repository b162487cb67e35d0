"""The match lines of a mapping."""

from collections.abc import Mapping as ReadOnly
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from federation.mapping.match import MAX_PATTERN, is_glob
from federation.mapping.paths import parse_path
from federation.model.trust import MatchValue

_LARGEST_INTEGER = 2**53
"""Beyond it, JSON numbers lose digits on their way (RFC 8259 section 6)."""

# Every token of an issuer has these, so they tell nobody from anybody (ATTACKS E10).
_ALIKE = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})


def _path(text: str) -> str:
    parse_path(text)
    return text


def _value(value: object) -> MatchValue:
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, bool | int):
        raise ValueError("a value to match is text, a whole number, true or false")  # noqa: TRY004 (pydantic's way)
    if abs(value) >= _LARGEST_INTEGER:
        raise ValueError("a number this long is text in tokens: quote it")
    return value


def _text(value: str) -> str:
    if not 1 <= len(value) <= MAX_PATTERN or not value.isprintable():
        raise ValueError(f"text to match has 1 to {MAX_PATTERN} printable characters")
    return value


def lets_in_everybody(match: ReadOnly[str, MatchValue]) -> str | None:
    """That no line tells one identity of the issuer from another, and what to do; None: one does."""
    if any(_tells_apart(path, value) for path, value in match.items()):
        return None
    return "this lets in everybody the issuer knows: pin a claim that tells one identity from another"


def _tells_apart(path: str, value: MatchValue) -> bool:
    """Text that is more than stars and separators, in a claim that differs from token to token."""
    if path in _ALIKE or isinstance(value, bool):
        return False
    return not (is_glob(value) and not str(value).strip("*/:"))


Match = Annotated[
    dict[
        Annotated[str, Field(description="A claim path."), AfterValidator(_path)],
        Annotated[MatchValue, PlainValidator(_value, json_schema_input_type=MatchValue)],
    ],
    Field(min_length=1, max_length=32),
]
