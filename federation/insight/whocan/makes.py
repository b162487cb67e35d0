"""Which principals a mapping can make: its template, with what its match says of the claims in it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from federation.mapping.match import ClaimPath, parse_path
from federation.mapping.templates import Template, parse_principal
from federation.model.glob import STAR, glob_matches
from federation.model.trust import Mapping, MatchValue


def is_template(principal: str) -> bool:
    """Whether it depends on claims whom it names."""
    return "{" in principal


_Match: TypeAlias = Sequence[tuple[str, MatchValue]]

_WORDS = re.compile(r"[A-Za-z0-9._@*-]+")
"""Globs that a word fits: what stands in a principal (federation.mapping.templates), and stars."""


class _Segment(NamedTuple):
    """Of a principal: literal text around one claim at most."""

    before: str
    claim: ClaimPath | None = None
    values: str = ""
    """What the claim may be, as a glob."""
    after: str = ""

    @property
    def glob(self) -> str:
        """What the segment may be."""
        return self.before + self.values + self.after

    def value_in(self, name: str) -> str | None:
        """The claim's value that makes the segment that name, empty where there is no claim; None: none does."""
        if self.claim is None:
            return "" if name == self.before else None
        end = len(name) - len(self.after)
        value = name[len(self.before) : end]
        around = name.startswith(self.before) and name.endswith(self.after)
        return value if around and value and glob_matches(self.values, value) else None


class Makes(Struct, frozen=True):
    """The principals that an identity may be. They may be too many, never too few."""

    segments: tuple[_Segment, ...]
    """Empty: they are no principal."""

    @classmethod
    def just(cls, principal: str) -> "Makes":
        """That one."""
        return cls(tuple(_Segment(name) for name in principal.split("/")))

    @classmethod
    def of(cls, mapping: Mapping) -> "Makes":
        """The principal that the mapping makes."""
        try:
            segments = tuple(_segments(parse_principal(mapping.principal), mapping.match))
        except ValueError:  # what no write lets through makes no principal
            return cls(())
        return cls(segments if all(_WORDS.fullmatch(one.glob) for one in segments) else ())

    @property
    def only(self) -> str | None:
        """The one principal that it can be; None: none, or which one depends on the token."""
        glob = "/".join(one.glob for one in self.segments)
        return glob if glob and STAR not in glob else None

    def may_fit(self, pattern: str) -> bool:
        """Whether one of them may fit the glob; never no where one does."""
        names = pattern.split("/")
        if len(names) != len(self.segments):
            return False
        if STAR in pattern:
            return all(_globs_meet(name, one.glob) for name, one in zip(names, self.segments, strict=True))
        values = [one.value_in(name) for name, one in zip(names, self.segments, strict=True)]
        return None not in values and self._agree(values)

    def _agree(self, values: Sequence[str | None]) -> bool:
        """A claim that is used twice has one value."""
        found = {(one.claim, value) for one, value in zip(self.segments, values, strict=True)}
        return len(found) == len({one.claim for one in self.segments})


def _segments(template: Template, match: _Match) -> Iterator[_Segment]:
    parts: list[list[str | ClaimPath]] = [[]]
    for piece in template:
        first, *further = piece.split("/") if isinstance(piece, str) else [piece]
        parts[-1].append(first)
        parts += [[one] for one in further]
    return (_segment(part, match) for part in parts)


def _segment(part: Sequence[str | ClaimPath], match: _Match) -> _Segment:
    before, *claim_and_after = part
    claim = next((one for one in claim_and_after if not isinstance(one, str)), None)
    after = "".join(one for one in claim_and_after if isinstance(one, str))
    return _Segment(str(before), claim, "" if claim is None else _values(claim, match), after)


def _values(claim: ClaimPath, match: _Match) -> str:
    """As a glob; raises ValueError where a template cannot take what the line wants."""
    wanted = next((value for path, value in match if parse_path(path) == claim), STAR)
    if isinstance(wanted, bool) or (not wanted and isinstance(wanted, str)):
        raise ValueError("true, false and empty text are no words")
    return str(wanted)


def _globs_meet(one: str, other: str) -> bool:
    """Two globs with stars can only be told apart by how they begin and end."""
    if STAR not in one:
        return glob_matches(other, one)
    if STAR not in other:
        return glob_matches(one, other)
    begin = one.partition(STAR)[0], other.partition(STAR)[0]
    end = one.rpartition(STAR)[2], other.rpartition(STAR)[2]
    begins_alike = begin[0].startswith(begin[1]) or begin[1].startswith(begin[0])
    return begins_alike and (end[0].endswith(end[1]) or end[1].endswith(end[0]))
