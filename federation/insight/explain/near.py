"""Rules that nearly fitted: an index would not look at them, a person who asks why wants to see them."""

from collections.abc import Sequence
from heapq import nsmallest

from federation.insight.explain.question import Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import Miss, as_path, is_glob, misses, top_level
from federation.mapping.nearest import MAX_CANDIDATES, Missed, as_json
from federation.model.glob import glob_matches
from federation.model.json import Claims, Json, JsonObject
from federation.model.nearest import close_names
from federation.model.trust import Issuer, Mapping
from federation.verification.providers import provider_named


def near_mappings(snapshot: Snapshot, selected: Selected) -> Missed:
    """Mappings of the issuer with the fewest lines that do not hold, disabled ones included; five at most.

    Between those with as many, the one that is wrong by the fewest characters comes first.
    """
    issuer, claims = selected.issuer, selected.claims
    ours = (mapping for mapping in snapshot.mappings() if mapping.issuer == issuer.id)
    judged = ((mapping, missed_lines(mapping, issuer, claims)) for mapping in ours)
    return nsmallest(MAX_CANDIDATES, judged, key=lambda one: (len(one[1]), _distance(one[1]), one[0].id))


def missed_lines(mapping: Mapping, issuer: Issuer, claims: Claims) -> tuple[Miss, ...]:
    """The lines of a mapping that do not hold for claims, and the claims that it would have to name."""
    try:
        found = misses(mapping.match, claims)
    except ValueError:
        return (Miss("match", "readable claim paths", None),)
    named = {top_level(path) for path, wanted in mapping.match if not is_glob(wanted)}
    risky = [name for name in provider_named(issuer.provider).to_be_named(claims) if name not in named]
    return found + tuple(Miss(as_path(name), "a line that names it", claims[name]) for name in risky)


def near_facts(missed: Missed) -> list[Json]:
    """For machines: as in the audit record, and which of the mappings are disabled."""
    told: list[Json] = []
    for one, (mapping, _) in zip(as_json(missed), missed, strict=True):
        told.append({**one, "enabled": mapping.enabled} if isinstance(one, dict) else one)
    return told


def near_issuers(issuers: Sequence[Issuer], iss: Json) -> list[Json]:
    """Issuers that were perhaps meant: with the same URL for another `aud`, disabled, or with a URL much like it."""
    if not isinstance(iss, str):
        return []
    close = close_names(iss, sorted({issuer.issuer for issuer in issuers}), MAX_CANDIDATES)
    near: list[Json] = [_issuer(issuer) for url in close for issuer in issuers if issuer.issuer == url]
    return near[:MAX_CANDIDATES]


def _issuer(issuer: Issuer) -> JsonObject:
    return {
        "id": issuer.id,
        "issuer": issuer.issuer,
        "audiences": list(issuer.audiences),
        "enabled": issuer.enabled,
    }


def _distance(missed: Sequence[Miss]) -> int:
    return sum(_length_of_difference(miss) for miss in missed)


def _length_of_difference(miss: Miss) -> int:
    """Characters behind what both begin with: cheap, and good enough to sort by."""
    wanted, got = str(miss.wanted), str(miss.got)
    if glob_matches(wanted, got):
        return 0
    same = next((n for n, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b), min(len(wanted), len(got)))
    return max(len(wanted), len(got)) - same
