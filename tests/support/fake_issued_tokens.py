"""The records of living tokens, as the ledger's fake keeps them."""

from collections.abc import Collection
from typing import Any

from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey
from federation.model.revocation_keys import read_key
from federation.ports import LiveToken
from tests.support.fake_ledger import FakeLedger


class FakeIssuedTokens:
    """IssuedTokens over `ledger.records`; counts `reads`."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.reads = 0

    def affected(self, keys: Collection[RevocationKey], now: int, most: int | None = None) -> tuple[LiveToken, ...]:
        self.reads += bool(keys)
        live = [_live(record) for record in self._ledger.records.values() if _has_status(record)]
        return tuple(each for each in live if each.expires_at > now and not each.keys.isdisjoint(keys))[:most]


def _has_status(record: JsonObject) -> bool:
    return all(record.get(name) not in (None, []) for name in ("status_idx", "expires_at", "revocation_keys"))


def _live(record: JsonObject) -> LiveToken:
    entry: Any = record
    return LiveToken(
        entry["jti"],
        entry["issued_at"],
        entry["expires_at"],
        entry["status_idx"],
        frozenset(map(read_key, entry["revocation_keys"])),
    )
