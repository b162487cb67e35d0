"""Whether a caller exchanges once per call: libraries that take our tokens for stale long before they end."""

from federation.cli.doctor.admins import asked, some
from federation.cli.doctor.finding import Verdict, ok, warning
from federation.cli.doctor.visit import Visit
from federation.insight.pace import Hurried, hurrying
from federation.model.confirmation import AUDIT_READ

_LONGER = (
    "google-auth takes a token for stale with 225 s left, Google's Node library with 300 s: give the Audience a longer "
    "max_ttl, or the library a smaller threshold (docs/callers.md)."
)


def rates(visit: Visit) -> Verdict:
    """The exchanges of the last hour, at most a page of them, by who asked for what."""
    items = asked(visit, "/audit", AUDIT_READ, {"since": "1h", "limit": "200"})["items"]
    hurried = [_told(one) for one in sorted(hurrying(items))]
    if not hurried:
        return ok("No caller exchanges more often than tokens live for.")
    return warning(f"Exchanged long before the last token ended, again and again: {some(hurried)}.", _LONGER)


def _told(one: Hurried) -> str:
    return f"{one.principal} for {' '.join(one.audiences)}, every {one.every} s a token of {one.lifetime} s"
