"""Who exchanges once per call: some libraries take our tokens for stale long before they end (docs/callers.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import AuditRecords, Clock

FEW = 10
"""Tokens of one identity for one audience: fewer tell nothing."""
SHARE = 0.2
"""Of a token's life: who fetches the next one sooner, on the average, does not use what it holds."""
HOUR = 3600
PAGE = 200
MAX_PAGES = 5
"""Of the trail: the newest tokens tell it as well."""


class Hurried(NamedTuple):
    """An identity that asks for the next token much faster than the last one ends. Times are seconds."""

    principal: str
    audiences: tuple[str, ...]
    mapping: str
    every: int
    lifetime: int

    @property
    def rests_on(self) -> frozenset[DocumentRef]:
        """The documents that could give its tokens a longer life."""
        audiences = {DocumentRef(Kind.AUDIENCE, audience) for audience in self.audiences}
        return frozenset({*audiences, DocumentRef(Kind.MAPPING, self.mapping)})


class Pace(Struct, frozen=True):
    """Looks at the tokens of the last hour."""

    records: AuditRecords
    clock: Clock

    def __call__(self, tenant: str | None) -> Sequence[Hurried]:
        """Those of that tenant, or for None of all; by name."""
        return sorted(hurrying([one for one in self._recent() if tenant in (None, one.get("tenant"))]))

    def _recent(self) -> Iterator[JsonObject]:
        since, after = int(self.clock.now()) - HOUR, None
        for _ in range(MAX_PAGES):
            page = self.records.page(since, None, after, PAGE, tokens=True)
            yield from page.records
            after = page.after
            if after is None:
                return


def nobody_hurries(tenant: str | None) -> Sequence[Hurried]:  # noqa: ARG001 (others look)
    """It was not looked at."""
    return ()


def hurrying(records: Sequence[Mapping[str, object]]) -> Iterator[Hurried]:
    """Of records of issued tokens, as the audit API shows them."""
    seen = defaultdict[tuple[str, tuple[str, ...], str], list[tuple[int, int]]](list)
    for one in records:
        issued, ends = one.get("issued_at"), one.get("expires_at")
        if one.get("outcome") == "allow" and isinstance(issued, int) and isinstance(ends, int):
            name = str(one.get("principal")), _audiences(one), str(one.get("mapping"))
            seen[name].append((issued, ends - issued))
    for (principal, audiences, mapping), tokens in seen.items():
        times, lives = zip(*tokens, strict=True)
        pause = (max(times) - min(times)) / max(1, len(tokens) - 1)
        if len(tokens) >= FEW and pause < SHARE * min(lives):
            yield Hurried(principal, audiences, mapping, round(pause), min(lives))


def _audiences(record: Mapping[str, object]) -> tuple[str, ...]:
    named = record.get("audience")
    return tuple(map(str, named)) if isinstance(named, list | tuple) else (str(named),)
