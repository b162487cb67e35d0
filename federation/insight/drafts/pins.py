"""Which claims of a token a mapping pins, so that it lets in this identity and no other: what the provider itself says.

The most selective claim first, then what this very token must have named, then whatever the provider still demands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from federation.documents.checks.guard_rails import trusts_too_many, unfit_for_match
from federation.documents.schema.issuer import IssuerDocument
from federation.insight.edits.mapping import can_stand_in_a_line
from federation.mapping.match import as_path, parse_path
from federation.model.json import Claims
from federation.model.trust import MatchValue
from federation.verification.claims_table import REGISTERED
from federation.verification.provider import Provider
from federation.verification.providers import provider_named

MOST_CLAIMS = 200
"""Of one token that are looked at."""
DEPTH = 4
_NEVER = REGISTERED - {"sub"}
_SELECTS = "mappings are filed under it: it tells this identity from every other"


class Pin(Struct, frozen=True):
    """A claim of the token, and whether a mapping should name it."""

    path: str
    value: MatchValue
    pinned: bool
    why: str = ""
    """Why it is pinned, or why it must not be; empty: it may be."""
    unfit: bool = False
    """Whether no mapping may rest on it."""


def pins_of(issuer: IssuerDocument, claims: Claims, chosen: Sequence[str] | None = None) -> tuple[Pin, ...]:
    """Every claim that could be pinned, and those that are. `chosen`: paths that an admin wants instead."""
    provider = provider_named(issuer.provider)
    found = dict(list(_scalars(claims))[:MOST_CLAIMS])
    unfit = {path: why for path in found if (why := unfit_for_match(provider, path))}
    usable = {path: value for path, value in found.items() if path not in unfit}
    reasons = _proposed(issuer, provider, claims, usable) if chosen is None else dict.fromkeys(chosen, "")
    return tuple(
        Pin(path, value, path in reasons and path in usable, reasons.get(path) or unfit.get(path, ""), path in unfit)
        for path, value in found.items()
    )


def _proposed(
    issuer: IssuerDocument, provider: Provider, claims: Claims, usable: Mapping[str, MatchValue]
) -> dict[str, str]:
    """Path -> why."""
    selectors = [as_path(name) for name in provider.table.selectors if as_path(name) in usable]
    reasons = dict.fromkeys(selectors[:1], _SELECTS)
    for name in provider.to_be_named(claims):
        reasons.setdefault(as_path(name), provider.named_when.get(name, "a token with this value must be named"))
    while problem := trusts_too_many({path: usable[path] for path in reasons if path in usable}, issuer):
        helpful = _helpful(issuer, problem, usable, reasons)
        if helpful is None:
            break
        reasons[helpful] = problem
    return reasons


def _helpful(
    issuer: IssuerDocument, problem: str, usable: Mapping[str, MatchValue], reasons: Mapping[str, str]
) -> str | None:
    """The claim that settles it, those first that the problem speaks of; None: no single one does."""
    held = {path: usable[path] for path in reasons if path in usable}
    words = re.findall(r"[A-Za-z0-9_./:-]+", problem)
    left = [path for path in usable if path not in reasons]
    ordered = sorted(left, key=lambda path: words.index(path) if path in words else len(words))
    settled = (path for path in ordered if trusts_too_many({**held, path: usable[path]}, issuer) != problem)
    return next(settled, None)


def _scalars(claims: Claims, within: str = "", depth: int = 1) -> Iterator[tuple[str, MatchValue]]:
    """Paths to what can stand in a line; a list never can."""
    for name, value in claims.items():
        path = f"{within}.{as_path(name)}" if within else as_path(name)
        if not within and name in _NEVER:
            continue
        if isinstance(value, Mapping) and depth < DEPTH:
            yield from _scalars(value, path, depth + 1)
        elif isinstance(value, str | bool | int) and can_stand_in_a_line(value) and _can_be_written(path):
            yield path, value


def _can_be_written(path: str) -> bool:
    """Not with a quote or an empty name on the way, nor at any length."""
    try:
        parse_path(path)
    except ValueError:
        return False
    return path.isprintable()
