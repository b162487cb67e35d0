"""The durable records of issued tokens, as the ledger's fake keeps them."""

from typing import Any

from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey
from federation.model.revocation_keys import key_text
from federation.ports import AuditPage
from tests.support.fake_ledger import FakeLedger


class FakeAuditRecords:
    """AuditRecords over `ledger.records`."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def record(self, jti: str) -> JsonObject | None:
        found = self._ledger.records.get(jti)
        return None if found is None else self._shown(found)

    def page(self, since: int, key: RevocationKey | None, after: str | None, limit: int) -> AuditPage:
        start = int(after or "0")
        found = [one for one in self._ledger.records.values() if _is_living_token(one, since, key)]
        found.sort(key=lambda one: (-int(str(one["expires_at"])), str(one["jti"])))
        page = [self._shown(one) for one in found[start : start + limit]]
        return AuditPage(tuple(page), str(start + limit) if len(found) > start + limit else None)

    def _shown(self, record: JsonObject) -> JsonObject:
        jti = str(record["jti"])
        shown: dict[str, Any] = {name: value for name, value in record.items() if name != "revocation_keys"}
        if jti in self._ledger.discarded:
            return {**shown, "outcome": "discarded", "discard_reason": self._ledger.discarded[jti]}
        return shown


def _is_living_token(record: JsonObject, since: int, key: RevocationKey | None) -> bool:
    entry: Any = record
    if any(record.get(name) in (None, []) for name in ("status_idx", "expires_at", "revocation_keys")):
        return False
    return entry["issued_at"] >= since and (key is None or key_text(key) in entry["revocation_keys"])
