"""Who saw our keys sign, in memory."""

from dataclasses import dataclass, field

from federation.model.signature_trail import LostAttempt, RecordedPage, RecordedSignature, SeenPage, SeenSignature
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


@dataclass
class FakeSignatureTrail:
    """SignatureTrail."""

    signatures: list[SeenSignature] = field(default_factory=list)
    complete: bool = True

    def seen(self, key: str, since: int, until: int) -> SeenPage:
        return SeenPage(
            tuple(one for one in self.signatures if one.key == key and since <= one.at < until), self.complete
        )


@dataclass
class FakeSignatureRecords:
    """SignatureRecords; `failing`: cannot be read. `at` of a record: when it was written."""

    records: list[tuple[int, RecordedSignature]] = field(default_factory=list)
    lost: list[LostAttempt] = field(default_factory=list)
    failing: bool = False

    def recorded(self, since: int, until: int) -> RecordedPage:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "the log")
        found = tuple(one for at, one in self.records if since <= at <= until)
        return RecordedPage(found, tuple(one for one in self.lost if since <= one.at <= until))
