"""Whether a principal's template and a pattern can mean the same principal."""

import re

from federation.model.glob import STAR, glob_matches

_CLAIM = re.compile(r'\{(?:"[^"]*"|[^"{}])+\}')


def is_template(principal: str) -> bool:
    """Whether it depends on claims whom it names."""
    return "{" in principal


def may_meet(pattern: str, principal: str) -> bool:
    """Whether a principal of that template may fit the pattern; never no where one does.

    A claim fills one segment and no more, so segments are compared one by one.
    """
    theirs = _CLAIM.sub(STAR, principal)
    if STAR not in theirs:
        return glob_matches(pattern, theirs)
    mine, others = pattern.split("/"), theirs.split("/")
    return len(mine) == len(others) and all(map(_segments_meet, mine, others))


def _segments_meet(one: str, other: str) -> bool:
    """Two patterns with stars can only be told apart by how they begin and end."""
    if STAR not in one:
        return glob_matches(other, one)
    if STAR not in other:
        return glob_matches(one, other)
    begin = one.partition(STAR)[0], other.partition(STAR)[0]
    end = one.rpartition(STAR)[2], other.rpartition(STAR)[2]
    begins_alike = begin[0].startswith(begin[1]) or begin[1].startswith(begin[0])
    return begins_alike and (end[0].endswith(end[1]) or end[1].endswith(end[0]))
