"""A foreign claims set as Cedar tags, by path. Its names stay data, so none can shadow a name of ours (ATTACKS F4)."""

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple, TypeAlias

from federation.model.json import Claims, Json
from federation.policy.cedar.wanted_tags import WantedTags

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_UNSPEAKABLE = re.compile(r'["\x00-\x1f\x7f]')

_Found: TypeAlias = tuple[str, str | list[str]]


class Tags(NamedTuple):
    """What policies may ask for, by path as mappings write it: `a.b.c`, `"kubernetes.io".namespace`."""

    texts: dict[str, str]
    lists: dict[str, list[str]]


def tags(claims: Claims, wanted: WantedTags) -> Tags:
    """The wanted claims that have a text, a number or a boolean, or a list of those; null is nothing.

    Numbers and booleans become their JSON text. A list that holds objects or lists is left out, as is a name that no
    path can spell (empty, or with quotes or control characters): for a policy they are absent.
    """
    found = {path: value for path, value in _walk(claims, "") if path in wanted} if wanted else {}
    return Tags(
        {path: value for path, value in found.items() if isinstance(value, str)},
        {path: value for path, value in found.items() if not isinstance(value, str)},
    )


def _walk(claims: Claims, prefix: str) -> Iterator[_Found]:
    for name, value in claims.items():
        if not name or _UNSPEAKABLE.search(name):
            continue
        path = prefix + (name if _PLAIN.fullmatch(name) else f'"{name}"')
        if isinstance(value, ReadOnly):
            yield from _walk(value, f"{path}.")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from _list(path, value)
        elif value is not None:
            yield path, _text(value)


def _list(path: str, values: Sequence[Json]) -> Iterator[_Found]:
    if all(isinstance(value, str | int | float) for value in values):
        yield path, [_text(value) for value in values]


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
