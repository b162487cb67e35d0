"""Which of several fitting mappings wins: a total preorder of mappings alone, no token or order of arrival plays in."""

from collections.abc import Sequence

from federation.mapping.match import is_glob
from federation.mapping.selectors import filed_under
from federation.model.glob import STAR
from federation.model.trust import Mapping
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason


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
