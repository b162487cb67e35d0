"""An issuer's patterns by what they pin, so that a token is compared with those that it could fit, not with all."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from federation.mapping.match import ClaimPath, is_glob, lookup, parse_path
from federation.model.glob import STAR
from federation.model.json import Claims
from federation.model.trust import Mapping, MatchValue

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value", bound=Hashable)


class _Pinned(NamedTuple):
    """A line of a mapping that most tokens do not fit."""

    path: ClaimPath
    end: int
    """0: the whole value; 1: a pattern's literal beginning; -1: its literal end."""
    value: MatchValue


class Patterns:
    """Of one issuer, in their order."""

    def __init__(self, mappings: Sequence[Mapping]) -> None:
        self.every = tuple(mappings)
        self._unpinned: list[int] = []
        self._exact: defaultdict[ClaimPath, defaultdict[tuple[type, MatchValue], list[int]]] = _nested()
        self._ends: defaultdict[tuple[ClaimPath, int, int], defaultdict[str, list[int]]] = _nested()
        for number, mapping in enumerate(self.every):
            self._file(number, _pinned(mapping))

    def _file(self, number: int, pinned: _Pinned | None) -> None:
        if pinned is None:
            self._unpinned.append(number)
        elif pinned.end == 0:
            self._exact[pinned.path][type(pinned.value), pinned.value].append(number)
        else:
            text = str(pinned.value)
            self._ends[pinned.path, pinned.end, len(text)][text].append(number)

    def candidates(self, claims: Claims) -> tuple[Mapping, ...]:
        """Every mapping that the claims fit, in order, among few others."""
        found = {*self._unpinned, *self._by_value(claims), *self._by_end(claims)}
        return tuple(self.every[number] for number in sorted(found))

    def others(self, among: Sequence[Mapping], most: int) -> tuple[Mapping, ...]:
        """The first of those that are not among these."""
        known = {one.id for one in among}
        return tuple(islice((one for one in self.every if one.id not in known), most))

    def _by_value(self, claims: Claims) -> Iterator[int]:
        for path, values in self._exact.items():
            got = lookup(claims, path)
            if isinstance(got, str | bool | int):
                yield from values.get((type(got), got), ())

    def _by_end(self, claims: Claims) -> Iterator[int]:
        for (path, end, length), texts in self._ends.items():
            got = lookup(claims, path)
            if isinstance(got, str) and len(got) >= length:
                yield from texts.get(got[:length] if end > 0 else got[-length:], ())


def _nested() -> defaultdict[_Key, defaultdict[_Value, list[int]]]:
    return defaultdict(lambda: defaultdict(list))


def _pinned(mapping: Mapping) -> _Pinned | None:
    """The line to file it under: an exact one if there is one, else the pattern with the longest literal end."""
    try:
        lines = [(parse_path(path), value) for path, value in mapping.match]
    except ValueError:  # a path that no write lets through: the mapping fits nothing, which its reader finds
        return None
    exact = next((_Pinned(path, 0, value) for path, value in lines if not is_glob(value)), None)
    if exact is not None:
        return exact
    ends = [one for path, value in lines for one in _ends_of(path, str(value))]
    return max(ends, key=lambda one: len(str(one.value)), default=None)


def _ends_of(path: ClaimPath, pattern: str) -> Iterator[_Pinned]:
    first, *_, last = pattern.split(STAR)
    yield from (_Pinned(path, end, text) for end, text in ((1, first), (-1, last)) if text)
