"""Moments as people name them in a query: `24h` ago, or RFC 3339."""

from datetime import UTC, datetime

from federation.model.duration import seconds

PATTERN = r"[1-9][0-9]{0,5}[smhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|\+00:00)?)?"


def since(text: str, now: float) -> int:
    """Seconds since the epoch; UTC. Raises ValueError."""
    if text[-1] in "smhd":
        return int(now) - seconds(text)
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
