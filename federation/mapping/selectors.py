"""Where a mapping is filed and a token looks: under the most selective claim pinned exactly (DESIGN section 8)."""

from collections.abc import Sequence

from federation.mapping.match import is_glob
from federation.mapping.paths import top_level
from federation.model.json import Claims
from federation.model.trust import MatchValue, Selector


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
