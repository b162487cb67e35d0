"""The durable records of issued tokens, as the ledger's fake keeps them."""

from collections.abc import Collection
from typing import Any

from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey
from federation.model.revocation_keys import key_text, key_texts
from federation.ports import AuditPage
from tests.support.fake_ledger import FakeLedger

HOUR = 3600


class FakeAuditRecords:
    """AuditRecords over `ledger.records`."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def record(self, jti: str) -> JsonObject | None:
        found = self._ledger.records.get(jti)
        return None if found is None else self._shown(found)

    def page(
        self,
        since: int,
        key: RevocationKey | None,
        after: str | None,
        limit: int,
        until: int | None = None,
        *,
        tokens: bool = False,
    ) -> AuditPage:
        start = int(after or "0")
        found = [one for one in self._ledger.records.values() if _is_in(one, since, key, until, tokens=tokens)]
        found.sort(key=lambda one: (-_end(one), str(one["jti"])))
        page = [self._shown(one) for one in found[start : start + limit]]
        return AuditPage(tuple(page), str(start + limit) if len(found) > start + limit else None)

    def filed(
        self, keys: Collection[RevocationKey] | None, since: int, until: int, limit: int, *, tokens: bool
    ) -> tuple[JsonObject, ...]:
        texts = None if keys is None else set(key_texts(keys))
        found: list[Any] = [one for one in self._ledger.records.values() if one.get("revocation_keys")]
        wanted = [
            self._shown(one)
            for one in found
            if since // HOUR <= _end(one) // HOUR <= until // HOUR
            and ("status_idx" in one) is tokens
            and (texts is None or not texts.isdisjoint(one["revocation_keys"]))
        ]
        return tuple(wanted[:limit])

    def _shown(self, record: JsonObject) -> JsonObject:
        jti = str(record["jti"])
        if jti in self._ledger.discarded:
            return {**record, "outcome": "discarded", "discard_reason": self._ledger.discarded[jti]}
        return record


def _is_in(record: JsonObject, since: int, key: RevocationKey | None, until: int | None, *, tokens: bool) -> bool:
    entry: Any = record
    is_token = all(record.get(name) is not None for name in ("status_idx", "expires_at"))
    if not record.get("revocation_keys") or not (is_token or (record.get("recorded_at") and not tokens)):
        return False
    begun = entry.get("recorded_at", entry.get("issued_at"))
    if begun < since or (until is not None and begun > until):
        return False
    return key is None or key_text(key) in entry["revocation_keys"]


def _end(record: JsonObject) -> int:
    entry: Any = record
    return int(entry.get("recorded_at", entry.get("expires_at")))
