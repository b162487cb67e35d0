"""What may be used once, or a counted number of times."""

from enum import StrEnum

from msgspec import Struct


class Purpose(StrEnum):
    """What a use is of: it says in which words a second one is refused."""

    SUBJECT_TOKEN = "subject_token"
    CLIENT_ASSERTION = "client_assertion"
    DPOP = "dpop"
    APPROVAL = "approval"


class OneTimeUse(Struct, frozen=True):
    """Something that may be used once: claimed by a conditional write in the commit."""

    purpose: str
    key: tuple[str, ...]
    """What identifies it, e.g. (issuer id, jti). Never token text: malleated text must hit the same record."""
    expires_at: int
    """Until when the claim must be remembered, seconds since the epoch."""
    times: int = 1
    """How many requests may claim it: an approval may be good for several."""
