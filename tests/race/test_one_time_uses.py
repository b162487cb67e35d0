"""M1, J8, L4: of fifty requests that use the same thing at once, exactly as many win as it is good for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier

import pytest

from federation.aws.items import Item, item_key
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import DynamoDb
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import AlreadyUsed
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
TOGETHER = 50
KINDS = {
    Purpose.SUBJECT_TOKEN: 1,
    Purpose.DPOP: 1,
    Purpose.CLIENT_ASSERTION: 1,
    Purpose.APPROVAL: 3,
}
"""How many tokens one of each is good for."""

_numbers = count()


@dataclass(frozen=True, slots=True)
class Races:
    """A ledger, and the table in which it claims."""

    ledger: DynamoLedger
    dynamodb: DynamoDb
    state: str

    def run(self, use: OneTimeUse, threads: ThreadPoolExecutor) -> set[str]:
        """Who won."""
        line = Barrier(TOGETHER)
        names = [f"c-{next(_numbers)}" for _ in range(TOGETHER)]
        results = threads.map(lambda name: self._attempt(name, use, line), names)
        return {name for name, won in zip(names, results, strict=True) if won}

    def claimed_by(self, use: OneTimeUse) -> set[str]:
        """Who has it, by the store's own word."""
        key: Item = {"pk": {"S": item_key("once", use.purpose, *use.key)}}
        item = self.dynamodb.get_item(TableName=self.state, Key=key, ConsistentRead=True)["Item"]
        return set(item["claimed_by"]["SS"]) if use.times > 1 else {item["correlation_id"]["S"]}

    def _attempt(self, name: str, use: OneTimeUse, line: Barrier) -> bool:
        """As the pipeline does it: what could not be told is taken back, and the caller comes again."""
        line.wait()
        while True:
            entry: JsonObject = {"jti": f"t-{next(_numbers)}", "correlation_id": name, "outcome": "allow"}
            own = OneTimeUse(Purpose.SUBJECT_TOKEN, ("own", name), NOW + 60)
            try:
                self.ledger.commit(entry, [own, use])
            except AlreadyUsed as refused:
                if refused.taken != (use,):
                    raise
                return False
            except TemporarilyUnavailable:
                self.ledger.discard(entry, [own, use], "audit_unavailable")
            else:
                return True


@pytest.fixture
def races(engine: Engine) -> Races:
    tables = engine.tables()
    state = tables["FEDERATION_STATE_TABLE"]
    ledger = DynamoLedger(engine.dynamodb, LedgerTables(tables["FEDERATION_AUDIT_TABLE"], state), FixedClock(NOW))
    return Races(ledger, engine.dynamodb, state)


@pytest.mark.parametrize(("purpose", "times"), KINDS.items())
def test_M1_exactly_as_many_win_as_there_are_uses(races: Races, purpose: Purpose, times: int, trials: int) -> None:
    with ThreadPoolExecutor(TOGETHER) as threads:
        for trial in range(trials):
            use = OneTimeUse(purpose, ("somebody", f"jti-{trial}"), NOW + 600, times)
            winners = races.run(use, threads)
            assert len(winners) == times
            assert races.claimed_by(use) == winners
