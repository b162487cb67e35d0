"""What one request read of trust, for the next one: it is still so while the revision of trust is the same."""

from threading import Lock
from typing import NamedTuple

from federation.documents.view import TrustView
from federation.insight.snapshot.loading import TrustLoader

MOST = 5_000
"""Things that are kept. A request that has read more leaves nothing behind."""
LIFE = 300.0
"""Seconds. A table that was restored under its own name counts its writes from an earlier number again."""


class Viewed(NamedTuple):
    """Trust as one request sees it."""

    loader: TrustLoader
    """Reads each thing once."""
    revision: int
    """Nothing was read before trust was found at it."""
    since: float
    """When the first of it was read, seconds since the epoch."""


class KeptTrust:
    """Of one process. What is taken belongs to one request, until it is given back.

    Every write of a document moves the revision by one, in the same transaction. So what was read after a look at the
    revision holds whenever the same is found again. What the request itself has written, the view has forgotten.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: Viewed | None = None

    def take(self, loader: TrustLoader, revision: int, now: float) -> Viewed:
        """What was kept at that revision, or a view that has read nothing. `now`: seconds since the epoch."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None and kept.revision == revision and 0 <= now - kept.since < LIFE:
            return kept
        return Viewed(loader.once(), revision, now)

    def keep(self, viewed: Viewed, writes: int = 0) -> None:
        """For the next request. `writes`: of documents, all by this view, since it was taken."""
        pages = viewed.loader.pages
        if isinstance(pages, TrustView) and len(pages) <= MOST:
            with self._lock:
                self._kept = viewed._replace(revision=viewed.revision + writes)
