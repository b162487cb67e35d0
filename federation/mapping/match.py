"""Match lines: claim paths, values and patterns, and under which claim a mapping is filed."""

import re
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from federation.model.glob import STAR, glob_matches
from federation.model.json import Claims, Json
from federation.model.trust import Mapping, MatchValue, Selector
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

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


def selectors_of(claims: Claims, names: Sequence[str]) -> tuple[Selector, ...]:
    """The partitions in which mappings for these claims may lie; only non-empty text selects."""
    values = ((name, claims.get(name)) for name in names)
    return tuple(Selector(name, value) for name, value in values if isinstance(value, str) and value)


def filed_under(match: Sequence[tuple[str, MatchValue]], names: Sequence[str]) -> Selector | None:
    """The partition of a mapping with these lines; None: it pins no selector and lies among its issuer's patterns."""
    exact = {path: value for path, value in match if isinstance(value, str) and value and not is_glob(value)}
    # A line names a claim by its path, in which a name with dots or slashes stands in quotes.
    pinned = {top_level(path): value for path, value in exact.items()}
    return next((Selector(name, pinned[name]) for name in names if name in pinned), None)


MAX_PATTERN = 256
"""Characters of a glob."""
MAX_EXACT = 2048
"""Characters of an exact text: as many as a subject may have."""


class Miss(Struct, frozen=True):
    """A line that does not hold."""

    path: str
    wanted: MatchValue
    got: Json


def misses(match: tuple[tuple[str, MatchValue], ...], claims: Claims) -> tuple[Miss, ...]:
    """The lines that do not hold; none: the claims fit."""
    found = ((path, wanted, lookup(claims, parse_path(path))) for path, wanted in match)
    return tuple(Miss(path, wanted, got) for path, wanted, got in found if not value_matches(wanted, got))


def value_matches(wanted: MatchValue, got: Json) -> bool:
    """Whether a claim's value is what the line wants. Nothing matches the empty text, nor a missing claim."""
    if not isinstance(wanted, str) or not isinstance(got, str):
        # `type`, because Python holds True == 1 == 1.0
        return type(wanted) is type(got) and wanted == got
    if not got:
        return False
    return glob_matches(wanted, got) if is_glob(wanted) else wanted == got


def is_glob(value: MatchValue) -> bool:
    """Whether the value is a pattern."""
    return isinstance(value, str) and STAR in value


def specificity(mapping: Mapping, selectors: Sequence[str]) -> tuple[int, int, int, int]:
    """The greater, the more specific: the selector it pins, exact lines, all lines, literal characters in globs."""
    globs = [value for _, value in mapping.match if isinstance(value, str) and is_glob(value)]
    pinned = filed_under(mapping.match, selectors)
    return (
        -selectors.index(pinned.claim) if pinned else -len(selectors),
        len(mapping.match) - len(globs),
        len(mapping.match),
        sum(len(glob) - glob.count(STAR) for glob in globs),
    )


def most_specific(fitting: Sequence[Mapping], selectors: Sequence[str]) -> Mapping:
    """The one that wins; raises InvalidRequest where two are equally specific (ATTACKS E8)."""
    best = max(specificity(mapping, selectors) for mapping in fitting)
    winners = [mapping for mapping in fitting if specificity(mapping, selectors) == best]
    if len(winners) != 1:
        raise InvalidRequest(Reason.AMBIGUOUS_MAPPING, "equally specific: " + ", ".join(sorted(m.id for m in winners)))
    return winners[0]
