"""One run over one span of time, which follows from when the run was meant to be: a late run leaves no gap."""

from collections.abc import Callable

from msgspec import Struct

from federation.model.keys import KeySet
from federation.model.signature_trail import SeenSignature
from federation.ports.signatures import SignatureRecords, SignatureTrail
from federation.reconciliation.compare import compare

EVERY = 15 * 60
"""Seconds between two runs."""
BEHIND = 20 * 60
"""Seconds: CloudTrail tells of most events within some minutes, and promises nothing."""
SPAN = 45 * 60
"""Seconds. Each signature is looked at by three runs, so one that CloudTrail tells of late is found as well."""
MARGIN = 5 * 60
"""Seconds around the span in which records are looked for: a log has the time of its own."""
MOST_NAMED = 20


class ReconciliationReport(Struct, frozen=True):
    """What a run found. Times: seconds since the epoch."""

    since: int
    until: int
    seen: int
    recorded: int
    unrecorded: tuple[SeenSignature, ...]
    """The first of them."""
    unrecorded_count: int
    lost: int
    """Signatures that an attempt without an answer explains."""
    complete: bool
    """Whether the trail told all of the span."""


class Reconciliation(Struct, frozen=True):
    """`key_set`: our keys, former ones among them: those are the ones that must not sign."""

    key_set: Callable[[], KeySet | None]
    first_key: str
    """ARN of the deployment's own key, which signs before there is a set."""
    trail: SignatureTrail
    records: SignatureRecords
    behind: int = BEHIND
    """Seconds for which the trail may not have heard of a signature yet."""

    def run(self, meant_for: int) -> ReconciliationReport:
        """Raises TemporarilyUnavailable where either witness cannot be heard: nothing is compared then."""
        until = meant_for - meant_for % EVERY - self.behind
        since = until - SPAN
        pages = [self.trail.seen(key, since, until) for key in self._keys()]
        seen = tuple(dict.fromkeys(one for page in pages for one in page.signatures))
        recorded = self.records.recorded(since - MARGIN, until + MARGIN)
        difference = compare(seen, recorded.signatures, recorded.lost)
        return ReconciliationReport(
            since=since,
            until=until,
            seen=len(seen),
            recorded=len(recorded.signatures),
            unrecorded=difference.unrecorded[:MOST_NAMED],
            unrecorded_count=len(difference.unrecorded),
            lost=len(difference.lost),
            complete=all(page.complete for page in pages),
        )

    def _keys(self) -> tuple[str, ...]:
        keys = self.key_set()
        standing = [one.kms_key for one in keys.keys] if keys else []
        former = [one.kms_key for one in keys.former] if keys else []
        return tuple(dict.fromkeys((self.first_key, *standing, *former)))
