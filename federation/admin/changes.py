"""Who changes trust, when and why, as it is kept."""

from datetime import UTC, datetime

from federation.model.history import MAX_REASON, Change
from federation.ports import Clock


def change_now(clock: Clock, who: str, why: str = "", request: str = "") -> Change:
    """A change that is made at this moment."""
    return Change(who, rfc3339(clock.now()), why, request)


def rfc3339(now: float) -> str:
    """A moment as it is kept. `now`: seconds since the epoch."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")


def is_reason(text: object) -> bool:
    """Whether it can be kept as a reason: one printable line."""
    return isinstance(text, str) and len(text) <= MAX_REASON and text.isprintable()
