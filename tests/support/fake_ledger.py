"""The audit trail and the one-time claims, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from federation.model.json import Json, JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock, KeptToken

MARGIN = 300

ClaimKey: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who used a one-time thing, and until when that is remembered."""

    correlation_id: Json
    expires_at: int


class FakeLedger:
    """Keeps `records` by jti and `claims`; `failing`: cannot be written."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self.records: dict[str, JsonObject] = {}
        self.discarded: dict[str, str] = {}
        self.claims: dict[ClaimKey, Claim] = {}
        self.kept_tokens: dict[str, KeptToken] = {}
        self.failing = False

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        with self._lock:
            self._reach()
            keys = [_claim_key(use) for use in uses]
            taken = [use for key, use in zip(keys, uses, strict=True) if self._taken(key, entry)]
            if len(set(keys)) < len(keys) or taken:
                raise AlreadyUsed(*(taken or uses))
            self._record(entry)
            if kept is not None:
                self.kept_tokens[kept.digest] = kept
            for key, use in zip(keys, uses, strict=True):
                self.claims[key] = Claim(entry["correlation_id"], use.expires_at + MARGIN)

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        with self._lock:
            self._reach()
            self.discarded[str(entry["jti"])] = reason
            for key in map(_claim_key, uses):
                if key in self.claims and self.claims[key].correlation_id == entry["correlation_id"]:
                    del self.claims[key]

    def _taken(self, key: ClaimKey, entry: JsonObject) -> bool:
        claim = self.claims.get(key)
        if claim is None or claim.expires_at < self._clock.now():
            return False
        return claim.correlation_id != entry["correlation_id"]

    def _record(self, entry: JsonObject) -> None:
        jti = str(entry["jti"])
        recorded = self.records.get(jti, entry)
        if jti in self.discarded or recorded["correlation_id"] != entry["correlation_id"]:
            raise ServerError(Reason.INTERNAL_ERROR, "the jti is discarded or belongs to another request")
        self.records[jti] = dict(entry)

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.AUDIT_UNAVAILABLE, "ledger")


def _claim_key(use: OneTimeUse) -> ClaimKey:
    return (use.purpose, *use.key)
