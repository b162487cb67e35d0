"""Who saw our keys sign."""

from typing import Protocol

from federation.model.signature_trail import RecordedPage, SeenPage


class SignatureTrail(Protocol):
    """What KMS did with a key, told by a witness that our functions cannot silence."""

    def seen(self, key: str, since: int, until: int) -> SeenPage:
        """The signatures of that key (ARN) in [since, until), seconds since the epoch; failed calls are none."""
        ...


class SignatureRecords(Protocol):
    """What our functions recorded."""

    def recorded(self, since: int, until: int) -> RecordedPage:
        """Of that time. Raises TemporarilyUnavailable where not all of it can be read: what is missing looks forged."""
        ...
