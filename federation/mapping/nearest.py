"""Why nothing fitted, for the audit record: the nearest candidates, line by line."""

import json
from collections.abc import Sequence

from federation.mapping.match import Miss
from federation.model.trust import Issuer, Mapping, Selector

MAX_CANDIDATES = 5
MAX_GOT = 64
"""Characters of a claim's value: enough to see the difference, too few to leak a token."""


def nearest(missed: Sequence[tuple[Mapping, tuple[Miss, ...]]]) -> str:
    """The candidates with the fewest lines that do not hold, and the first such line of each."""
    closest = sorted(missed, key=lambda one: (len(one[1]), one[0].id))[:MAX_CANDIDATES]
    return "; ".join(f"mapping {mapping.id}: {_difference(misses[0])}" for mapping, misses in closest)


def no_candidates(issuer: Issuer, selectors: Sequence[Selector]) -> str:
    """Where it was looked, in vain."""
    places = ", ".join(f"{selector.claim} {_shown(selector.value)}" for selector in selectors)
    return f"issuer {issuer.id} has no mapping for {places or 'this token'} and no pattern"


def _difference(miss: Miss) -> str:
    return f"{miss.path} wanted {_shown(miss.wanted)}, got {_shown(miss.got)}"


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:MAX_GOT]
