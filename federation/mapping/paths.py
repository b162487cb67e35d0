"""Claim paths: `a.b.c` walks nested claims; a segment in quotes is taken whole: `"kubernetes.io".namespace`.

One path has one spelling and one reading: there are no escapes, no JSON pointers, no second guesses (ATTACKS E5).
"""

import re
from collections.abc import Mapping as ReadOnly
from functools import lru_cache
from typing import TypeAlias

from federation.model.json import Claims, Json

ClaimPath: TypeAlias = tuple[str, ...]

MAX_PATH = 256

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_SEGMENT = r'(?:[A-Za-z0-9_-]+|"[^"\x00-\x1f\x7f]+")'
_SEGMENTS = re.compile(_SEGMENT)
_PATH = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})*")


@lru_cache(maxsize=4096)
def parse_path(text: str) -> ClaimPath:
    """The claim names from the outside in; raises ValueError, whose message says how to write it."""
    if len(text) > MAX_PATH:
        raise ValueError(f"a claim path has at most {MAX_PATH} characters")
    if not _PATH.fullmatch(text):
        raise ValueError('write a claim path as a.b.c, with other characters in quotes: "kubernetes.io".namespace')
    return tuple(_name(segment) for segment in _SEGMENTS.findall(text))


def _name(segment: str) -> str:
    name = segment.strip('"')
    if name != segment and _PLAIN.fullmatch(name):
        raise ValueError(f"write {name} without quotes")
    return name


def top_level(text: str) -> str | None:
    """The claim that a path names as a whole; None: it leads further in, or cannot be read."""
    try:
        name, *further = parse_path(text)
    except ValueError:
        return None
    return None if further else name


def as_path(name: str) -> str:
    """The path that names a claim as a whole."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def lookup(claims: Claims, path: ClaimPath) -> Json:
    """The value at the path; None where it is absent, as for null: neither ever matches anything."""
    value: Json = claims
    for name in path:
        if not isinstance(value, (dict, ReadOnly)):  # `dict` first: asking an abstract class costs ten times as much
            return None
        value = value.get(name)
    return value
