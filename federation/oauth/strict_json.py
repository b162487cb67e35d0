"""JSON that every reader reads alike: what RFC 8259 leaves to the parser is refused here (ATTACKS A8-A10, A18)."""

import json
import re
from math import isfinite
from typing import Any, NoReturn, cast

MAX_DEPTH = 16
MAX_INTEGER = 2**53
"""RFC 8259 section 6: beyond it, readers disagree about a number's value."""

_SAFE_INTEGER_TEXT = len(str(MAX_INTEGER))
_MAX_INTEGER_TEXT = len(str(-MAX_INTEGER))
_MAX_FLOAT_TEXT = 32
_SPACE = " \t\n\r"
# Possessive, and the closing quote is optional: linear on any text, malformed ones included.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class NotStrictJson(ValueError):
    """Not JSON, or JSON that two readers could read differently. The message never holds input."""


def parse_object(data: bytes) -> dict[str, Any]:
    """The one JSON object that `data` holds in UTF-8 without BOM; raises NotStrictJson."""
    value = _parse(data)
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    return cast("dict[str, Any]", value)


def parse_array(data: bytes) -> list[Any]:
    """The one JSON array that `data` holds in UTF-8 without BOM; raises NotStrictJson."""
    value = _parse(data)
    if not isinstance(value, list):
        raise NotStrictJson("not an array")
    return value


def _parse(data: bytes) -> object:
    try:
        text = data.decode("utf-8").strip(_SPACE)
        if text.count("{") + text.count("[") > MAX_DEPTH:
            _check_depth(text)
        value, end = _DECODER.raw_decode(text)
    except UnicodeDecodeError:
        raise NotStrictJson("not UTF-8") from None
    except json.JSONDecodeError:
        raise NotStrictJson("not JSON") from None
    if end != len(text):
        raise NotStrictJson("not JSON")
    if "\\u" in text:
        _check_surrogates(value)
    return cast("object", value)


def _check_depth(text: str) -> None:
    """Before parsing: the parser recurses, and a RecursionError is no answer."""
    depth = 0
    for character in _STRING.sub("", text):
        depth += (character in "{[") - (character in "}]")
        if depth > MAX_DEPTH:
            raise NotStrictJson("nested too deeply")


def _check_surrogates(value: object) -> None:
    """A lone surrogate, written as an escape, is no character and cannot be stored or logged."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrictJson("lone surrogate") from None


def _unique(members: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(members)
    if len(value) != len(members):
        raise NotStrictJson("duplicate member")
    return value


def _integer(text: str) -> int:
    # The length first: converting thousands of digits is slow.
    if len(text) < _SAFE_INTEGER_TEXT:
        return int(text)
    if len(text) > _MAX_INTEGER_TEXT or abs(value := int(text)) > MAX_INTEGER:
        raise NotStrictJson("integer out of range")
    return value


def _float(text: str) -> float:
    if len(text) > _MAX_FLOAT_TEXT or not isfinite(value := float(text)):
        raise NotStrictJson("number out of range")
    return value


def _constant(_name: str) -> NoReturn:
    raise NotStrictJson("NaN or Infinity")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant)
