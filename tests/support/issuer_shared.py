"""More than one process of ours: a schedule that fetches for all, and runtimes that start cold."""

from msgspec.structs import replace

from federation.issuer_keys.refresh import KeyRefresh, RefreshReport
from tests.support.issuer_world import World


def refresh(w: World, **changes: float) -> RefreshReport:
    """One run of the schedule."""
    run = KeyRefresh(w.directory, w.source, w.fetched, w.pushed, w.clock, w.alarm)
    return replace(run, **changes).run()


def cold(w: World) -> World:
    """Another process in the same world, that has heard of nothing yet."""
    return World(w.directory, w.web, w.clock, w.provider, w.alarms, w.fetched, w.pushed)
