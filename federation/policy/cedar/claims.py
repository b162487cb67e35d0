"""A foreign claims set as Cedar tags, by path. Its names stay data, so none can shadow a name of ours (ATTACKS F4)."""

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple, TypeAlias

from federation.model.json import Claims, Json
from federation.policy.cedar.mentions import Mentions

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_UNSPEAKABLE = re.compile(r'["\x00-\x1f\x7f]')

_Found: TypeAlias = tuple[str, str | list[str]]


class Tags(NamedTuple):
    """What policies may ask for, by path as mappings write it: `a.b.c`, `"kubernetes.io".namespace`."""

    texts: dict[str, str]
    lists: dict[str, list[str]]


def tags(claims: Claims, mentions: Mentions) -> Tags:
    """The claims that are mentioned and have a text, a number or a boolean, or a list of those; null is nothing.

    Numbers and booleans become their JSON text. A list that holds objects or lists is left out, as is a name that no
    path can spell (empty, or with quotes or control characters): for a policy they are absent.
    """
    found = {path: value for path, value in _walk(claims, "") if path and mentions.tag(path)}
    return Tags(
        {path: value for path, value in found.items() if isinstance(value, str)},
        {path: value for path, value in found.items() if not isinstance(value, str)},
    )


def as_path(name: str) -> str:
    """The path of a claim as a whole; empty where no path can spell it."""
    return name if _PLAIN.fullmatch(name) else _quoted("", name)


def _walk(claims: Claims, prefix: str) -> Iterator[_Found]:
    for name, value in claims.items():
        path = f"{prefix}{name}" if _PLAIN.fullmatch(name) else _quoted(prefix, name)
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, ReadOnly):
            yield from _walk(value, f"{path}.") if path else ()
        elif isinstance(value, Sequence):
            yield from _list(path, value)
        elif value is not None:
            yield path, json.dumps(value)


def _quoted(prefix: str, name: str) -> str:
    """The path of a name that is not plain; empty for one that no path can spell, which no policy can mention."""
    return f'{prefix}"{name}"' if name and not _UNSPEAKABLE.search(name) else ""


def _list(path: str, values: Sequence[Json]) -> Iterator[_Found]:
    if all(isinstance(value, str | int | float) for value in values):
        yield path, [value if isinstance(value, str) else json.dumps(value) for value in values]
