"""Why nothing fitted, for the audit record: the nearest candidates, line by line."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from federation.mapping.match import Miss
from federation.model.json import Json
from federation.model.trust import Issuer, Mapping, Selector

MAX_CANDIDATES = 5
MAX_SHOWN = 64
"""Characters of a value: enough to see the difference, too few to leak a token."""

Missed: TypeAlias = Sequence[tuple[Mapping, tuple[Miss, ...]]]
"""Candidates, each with the lines of it that do not hold."""


def nearest(missed: Missed) -> Missed:
    """The candidates with the fewest lines that do not hold; five at most."""
    return sorted(missed, key=lambda one: (len(one[1]), one[0].id))[:MAX_CANDIDATES]


def as_text(missed: Missed) -> str:
    """For people: the first line of each that does not hold."""
    return "; ".join(f"mapping {mapping.id}: {_difference(misses[0])}" for mapping, misses in missed)


def as_json(missed: Missed) -> list[Json]:
    """For machines: `[{"mapping": id, "missed": [{"claim": path, "wanted": value, "got": value}]}]`."""
    return [{"mapping": mapping.id, "missed": [_miss(miss) for miss in misses]} for mapping, misses in missed]


def no_candidates(issuer: Issuer, selectors: Sequence[Selector]) -> str:
    """For the audit record: under which claims a mapping was looked for, where none was found."""
    places = ", ".join(f"{selector.claim} {_quoted(selector.value)}" for selector in selectors)
    return f"issuer {issuer.id} has no mapping for {places or 'this token'} and no pattern"


def _miss(miss: Miss) -> dict[str, Json]:
    return {"claim": miss.path, "wanted": _shown(miss.wanted), "got": _shown(miss.got)}


def _difference(miss: Miss) -> str:
    return f"{miss.path} wanted {_quoted(miss.wanted)}, got {_quoted(miss.got)}"


def _quoted(value: Json) -> str:
    return json.dumps(_shown(value))


def _shown(value: Json) -> Json:
    """The value, cut; what is nested as its JSON text, so that a list is not taken for one of its members."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return (value if isinstance(value, str) else json.dumps(value, default=str))[:MAX_SHOWN]
