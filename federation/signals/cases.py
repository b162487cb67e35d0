"""Records for the cases of signals, and the usual life before them."""

from itertools import pairwise

from federation.model.json import Json, JsonObject
from federation.signals.signal import Step

MONDAY = 1_799_625_600
"""2027-01-11T00:00:00Z: the cases' clock begins then."""
HOUR, DAY = 3600, 24 * 3600


def allowed(**changes: Json) -> JsonObject:
    """A token was issued, and its subject was proven."""
    return {
        "outcome": "allow",
        "subject_digest": "d",
        "issuer": "acme",
        "tenant": "acme",
        "principal": "partner/sync",
        "mapping": "sync",
        "mapping_version": 1,
        "audience": ["ledger"],
        "source_ip": "203.0.113.7",
        "user_agent": "acme-sync/1.4",
        "claims": {"iss": "https://acme.example.com", "sub": "team:sync"},
        **changes,
    }


def refused(reason: str, **changes: Json) -> JsonObject:
    """A proven subject was refused."""
    return {**allowed(), "outcome": "deny", "reason": reason, "audience": [], **changes}


def stranger(reason: str, **changes: Json) -> JsonObject:
    """A refusal without a proven subject."""
    return {
        "outcome": "deny",
        "reason": reason,
        "source_ip": "198.51.100.9",
        "user_agent": "curl/8",
        "unverified_issuer": "acme",
        **changes,
    }


def history(record: JsonObject | None = None, days: int = 20) -> tuple[Step, ...]:
    """A request every four hours, for weeks."""
    return (Step(record or allowed(), times=days * 6, every=4 * HOUR, after=0),)


def days_of(days: int, *, noon: int) -> tuple[Step, ...]:
    """`noon` requests in a minute at twelve o'clock on each weekday; it ends on a Saturday at 12:00."""
    weekdays = [day for day in range(days) if day % 7 < 5]  # noqa: PLR2004 (Saturday)
    gaps = [12 * HOUR, *((after - before) * DAY for before, after in pairwise(weekdays))]
    return tuple(Step(allowed(), times=noon, every=0.01, after=gap) for gap in gaps)
