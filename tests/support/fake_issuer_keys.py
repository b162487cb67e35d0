"""Issuers' keys for every process, in memory."""

from hashlib import sha256
from threading import Lock

from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import VersionConflict


class FakeIssuerKeys:
    """An IssuerKeyStore; `failing`: cannot be reached. Counts `loads`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: dict[str, KeptKeys] = {}
        self.loads = 0
        self.failing = False

    def load(self, issuer: str) -> KeptKeys:
        self.loads += 1
        self._reach()
        return self.kept.get(issuer, KeptKeys())

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        self._reach()
        with self._lock:
            if self.kept.get(keys.issuer, KeptKeys()).tag != tag:
                raise VersionConflict(keys.issuer)
            self.kept[keys.issuer] = KeptKeys(keys, sha256(repr((keys, keys.jwks)).encode()).hexdigest())

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "issuer keys")
