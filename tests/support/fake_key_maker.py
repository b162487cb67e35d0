"""KeyMaker and KeyCustody over the keys of a FakeSigner."""

from collections.abc import Sequence

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import MadeKey
from tests.support.fake_clock import FixedClock
from tests.support.fake_signer import FakeSigner


class FakeKeyMaker:
    """`failing`: makes nothing. `unlisted`: what a search does not find yet. `gone`: what KMS was told to delete."""

    def __init__(self, signer: FakeSigner, clock: FixedClock) -> None:
        self._signer = signer
        self._clock = clock
        self._made: list[MadeKey] = []
        self.failing = False
        self.unlisted: set[str] = set()
        self.gone: list[str] = []

    def make(self, algorithm: str) -> str:
        if self.failing:
            raise TemporarilyUnavailable(Reason.SIGNING_UNAVAILABLE, "LimitExceededException")
        kms_key = self._signer.create(algorithm)
        self._made.append(MadeKey(kms_key, int(self._clock.now())))
        return kms_key

    def made(self) -> Sequence[MadeKey]:
        return [each for each in self._made if self.tend(each.kms_key) and each.kms_key not in self.unlisted]

    def tend(self, kms_key: str) -> bool:
        return self._signer.can_sign(kms_key)

    def dispose(self, kms_key: str, *, compromised: bool) -> None:
        ours = any(each.kms_key == kms_key for each in self._made)
        if not self.tend(kms_key) or not (ours or compromised):
            return
        self._signer.disabled.add(kms_key)
        if ours:
            self.gone.append(kms_key)
