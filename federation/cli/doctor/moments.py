"""Times, as machines and as people write them."""

from datetime import datetime


def moment(text: str) -> float:
    """RFC 3339 -> seconds since the epoch; raises ValueError, TypeError."""
    return datetime.fromisoformat(text).timestamp()


def lasting(seconds: float) -> str:
    """How long something lasts."""
    if seconds < 2 * 60:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds // 60:.0f} minutes" if seconds < 2 * 60 * 60 else f"{seconds // 3600:.0f} hours"
