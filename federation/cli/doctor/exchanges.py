"""Whether somebody exchanges once per call: libraries that take our tokens for stale long before they end."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from federation.cli.doctor.admins import asked, some
from federation.cli.doctor.finding import Verdict, ok, warning
from federation.cli.doctor.visit import Visit
from federation.model.confirmation import AUDIT_READ

FEW = 10
"""Tokens of one identity for one audience: fewer tell nothing."""
SHARE = 0.2
"""Of a token's life: who fetches the next one sooner, on the average, does not use what it holds."""
_LONGER = (
    "google-auth takes a token for stale with 225 s left, Google's Node library with 300 s: give the Audience a longer "
    "max_ttl, or the library a smaller threshold (docs/callers.md)."
)


def rates(visit: Visit) -> Verdict:
    """The exchanges of the last hour, at most a page of them, by who asked for what."""
    items = asked(visit, "/audit", AUDIT_READ, {"since": "1h", "limit": "200"})["items"]
    hurried = sorted(hurrying(items))
    if not hurried:
        return ok("Nobody exchanges more often than tokens live for.")
    return warning(f"Exchanged long before the last token ended, again and again: {some(hurried)}.", _LONGER)


def hurrying(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """`principal for audience` of each that asks for tokens much faster than they end."""
    seen = defaultdict[str, list[tuple[int, int]]](list)
    for one in records:
        issued, ends = one.get("issued_at"), one.get("expires_at")
        if one.get("outcome") == "allow" and isinstance(issued, int) and isinstance(ends, int):
            seen[f"{one.get('principal')} for {_audiences(one)}"].append((issued, ends - issued))
    for name, tokens in seen.items():
        times, lives = zip(*tokens, strict=True)
        pause = (max(times) - min(times)) / max(1, len(tokens) - 1)
        if len(tokens) >= FEW and pause < SHARE * min(lives):
            yield f"{name}, every {pause:.0f} s a token of {min(lives)} s"


def _audiences(record: Mapping[str, Any]) -> str:
    named = record.get("audience")
    return " ".join(map(str, named)) if isinstance(named, list | tuple) else str(named)
