"""SignalMemories, SignalRecords and SignalNotice, in memory."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from federation.model.signals import Signal, SignalPage, SignalSearch, StoredMemory, Watched
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


@dataclass
class FakeSignals:
    """`failing`: cannot be reached; `lost_writes`: memories that cannot be written so often.

    `meanwhile` is called when memories are read: what somebody else does at that moment.
    """

    memories: dict[Watched, StoredMemory] = field(default_factory=dict)
    records: dict[str, Signal] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    notices: list[Signal] = field(default_factory=list)
    failing: bool = False
    lost_writes: int = 0
    meanwhile: Callable[[], object] = lambda: None

    def load(self, whose: Collection[Watched]) -> Mapping[Watched, StoredMemory]:
        self._reach()
        found = {watched: self.memories[watched] for watched in whose if watched in self.memories}
        self.meanwhile()
        return found

    def store(self, memories: Mapping[Watched, StoredMemory]) -> frozenset[Watched]:
        self._reach()
        if self.lost_writes:
            self.lost_writes -= 1
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "signals")
        late = {watched for watched, one in memories.items() if self._version(watched) != one.version - 1}
        self.memories.update({watched: one for watched, one in memories.items() if watched not in late})
        return frozenset(late)

    def put(self, signal: Signal) -> bool:
        self._reach()
        if signal.id not in self.records or self.records[signal.id].score <= signal.score:
            self.records[signal.id] = signal
        return signal.id in self.told

    def rung(self, id_: str) -> None:
        self._reach()
        self.told.add(id_)

    def page(self, search: SignalSearch, after: str | None, limit: int) -> SignalPage:
        self._reach()
        start = int(json.loads(after)["at"]) if after else 0
        fitting = [one for one in self.records.values() if _fits(one, search)]
        ordered = sorted(fitting, key=lambda one: (one.at, one.id), reverse=True)
        following = json.dumps({"at": start + limit}) if len(ordered) > start + limit else None
        return SignalPage(tuple(ordered[start : start + limit]), following)

    def rang(self, signal: Signal) -> None:
        self._reach()
        self.notices.append(signal)

    def _version(self, watched: Watched) -> int:
        return self.memories[watched].version if watched in self.memories else 0

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "signals")


def _fits(signal: Signal, search: SignalSearch) -> bool:
    wanted = (
        (search.name, signal.name),
        (search.what, signal.watched.what),
        (search.value, signal.watched.value),
        (search.tenant, signal.tenant),
    )
    until = signal.at if search.until is None else search.until
    is_in_time = search.since <= signal.at <= until
    return is_in_time and signal.score >= search.score and all(asked in (None, has) for asked, has in wanted)
