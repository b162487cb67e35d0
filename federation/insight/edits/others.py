"""Whether an edit lets in an identity that was refused before, beyond the one that was asked about.

Tried on the whole snapshot, with identities that differ from the one asked about where trust looks: in the claims that
the provider files mappings under, in the claims that any mapping of the issuer names, and those that the issuer's
other mappings name outright.
"""

from collections.abc import Iterator
from itertools import combinations

from msgspec.structs import replace

from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.question import Identity, Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import ClaimPath, lookup, parse_path
from federation.model.glob import STAR
from federation.model.json import Json, JsonObject
from federation.model.trust import Mapping
from federation.verification.providers import provider_named

MOST_MAPPINGS = 500
"""Of an issuer. Of more it cannot be shown that others stay out, so nothing is suggested."""
MOST_TOGETHER = 6
"""Claims of which every pair is changed as well."""


def lets_in_others(before: Decisions, after: Decisions, trail: Trail) -> bool:
    """True as well where there are too many mappings to tell. `trail`: of the request as it would be allowed."""
    if trail.selected is None and not _issuers(trail, before.snapshot):
        return False
    mappings = [one for one in after.snapshot.mappings() if one.issuer in _issuers(trail, before.snapshot)]
    if len(mappings) > MOST_MAPPINGS:
        return True
    return any(
        after.decide(question).allowed and not before.decide(question).allowed
        for question in _others(trail, before.snapshot, mappings)
    )


def _issuers(trail: Trail, snapshot: Snapshot) -> frozenset[str]:
    """Ids of those that speak for it, whatever they take now."""
    found = {one.id for one in snapshot.issuers() if one.issuer == trail.unverified.get("iss")}
    selected = {trail.selected.issuer.id} if trail.selected is not None else set()
    return frozenset(found | selected)


def _others(trail: Trail, snapshot: Snapshot, mappings: list[Mapping]) -> Iterator[Question]:
    claims = dict(trail.selected.claims if trail.selected is not None else trail.unverified)
    paths = _looked_at(trail, snapshot, mappings)
    named = (_named_by(mapping, claims) for mapping in mappings)
    others = (one for one in named if any(lookup(one, path) != lookup(claims, path) for path in paths))
    for one in (*_changed(claims, paths), *others):
        yield _asking(trail, one)
        if "aud" in one:  # with a token that is meant for this bridge
            yield _asking(trail, {name: value for name, value in one.items() if name != "aud"})


def _looked_at(trail: Trail, snapshot: Snapshot, mappings: list[Mapping]) -> tuple[ClaimPath, ...]:
    named = {path for mapping in mappings for path, _ in mapping.match}
    issuers = [one for one in snapshot.issuers() if one.id in _issuers(trail, snapshot)]
    filed = {name for one in issuers for name in provider_named(one.provider).table.selectors}
    return tuple(_readable(named | filed))


def _readable(paths: set[str]) -> Iterator[ClaimPath]:
    for path in sorted(paths):
        try:
            yield parse_path(path)
        except ValueError:  # no write lets it through
            continue


def _changed(claims: JsonObject, paths: tuple[ClaimPath, ...]) -> Iterator[JsonObject]:
    """One claim other or absent; of a few, every pair."""
    single = [(path, value) for path in paths for value in _other_values(lookup(claims, path))]
    for path, value in single:
        yield _with(claims, path, value)
    for (one, first), (other, second) in combinations(single, 2):
        if one != other and len(paths) <= MOST_TOGETHER:
            yield _with(_with(claims, one, first), other, second)


def _other_values(value: Json) -> tuple[Json, ...]:
    """What another identity has there: another text, one that begins alike, another number, nothing."""
    if isinstance(value, bool):
        return (not value, None)
    if isinstance(value, int | float):
        return (value + 1, None)
    if isinstance(value, str):
        return ("somebody-else", f"{value}x", f"{value[:-1]}~", None)
    return ("somebody-else",) if value is None else (None,)


def _named_by(mapping: Mapping, claims: JsonObject) -> JsonObject:
    """The identity that a mapping means, with the rest as it was."""
    named: JsonObject = claims
    for path, value in mapping.match:
        for readable in _readable({path}):
            sample = value.replace(STAR, "x") if isinstance(value, str) else value
            named = _with(named, readable, sample)
    return named


def _with(claims: JsonObject, path: ClaimPath, value: Json) -> JsonObject:
    """A copy; None: without it."""
    first, *rest = path
    inner = claims.get(first)
    if rest:
        below = _with(inner if isinstance(inner, dict) else {}, tuple(rest), value)
        return {**claims, first: below}
    without = {name: one for name, one in claims.items() if name != first}
    return without if value is None else {**without, first: value}


def _asking(trail: Trail, claims: JsonObject) -> Question:
    """The same request by another identity, taken as proven."""
    asked = trail.question.subject
    issuer = asked.issuer if asked is not None else None
    return replace(trail.question, subject=Identity(claims, issuer=issuer))
