"""Who changes trust, when and why, as it is kept."""

from datetime import UTC, datetime

from federation.model.history import MAX_REASON, Change
from federation.ports import Clock


def change_now(clock: Clock, who: str, why: str = "", request: str = "", actors: tuple[str, ...] = ()) -> Change:
    """A change that is made at this moment."""
    return Change(who, datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="seconds"), why, request, actors)


def is_reason(text: object) -> bool:
    """Whether it can be kept as a reason: one printable line."""
    return isinstance(text, str) and len(text) <= MAX_REASON and text.isprintable()
