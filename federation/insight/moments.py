"""Moments as people name them in a query: `24h` ago, or RFC 3339."""

from datetime import UTC, datetime

from federation.model.document_values import seconds

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[-+ ][0-9]{2}:[0-9]{2})?"
"""As records have it. In a query a plus that is not escaped is a space."""
PATTERN = rf"[1-9][0-9]{{0,5}}[smhd]|{_DATE}(?:{_TIME})?"


def since(text: str, now: float) -> int:
    """Seconds since the epoch; UTC where no offset says otherwise. Raises ValueError."""
    if text[-1] in "smhd":
        return int(now) - seconds(text)
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
