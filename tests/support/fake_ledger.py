"""The audit trail and the one-time claims, in memory."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock, KeptToken

MARGIN = 300

ClaimKey: TypeAlias = tuple[str, ...]


class Claim(Struct, frozen=True):
    """Who used a one-time thing, and until when that is remembered."""

    correlation_ids: frozenset[Json]
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
            refused = [use for use in uses if use.times < 1 or keys.count(_claim_key(use)) > 1]
            taken = refused or [use for use in uses if self._taken(use, entry)]
            if taken:
                raise AlreadyUsed(*taken)
            self._record(entry)
            if kept is not None:
                self.kept_tokens[kept.digest] = kept
            for use in uses:
                self._claim(use, entry)

    def start_commit(
        self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None
    ) -> Callable[[], None]:
        return partial(self.commit, entry, uses, kept)

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        with self._lock:
            self._reach()
            self.discarded[str(entry["jti"])] = reason
            for key in map(_claim_key, uses):
                claim = self.claims.pop(key, Claim(frozenset(), 0))
                others = claim.correlation_ids - {entry["correlation_id"]}
                if others:
                    self.claims[key] = replace(claim, correlation_ids=others)

    def _taken(self, use: OneTimeUse, entry: JsonObject) -> bool:
        claim = self.claims.get(_claim_key(use))
        if claim is None or claim.expires_at < self._clock.now():
            return False
        return entry["correlation_id"] not in claim.correlation_ids and len(claim.correlation_ids) >= use.times

    def _claim(self, use: OneTimeUse, entry: JsonObject) -> None:
        """What may be used a counted number of times counts on even where it has expired, as in DynamoDB."""
        before = self.claims.get(_claim_key(use)) if use.times > 1 else None
        users = before.correlation_ids if before else frozenset()
        self.claims[_claim_key(use)] = Claim(users | {entry["correlation_id"]}, use.expires_at + MARGIN)

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
