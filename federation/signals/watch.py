"""Records in, signals out: each identity's history is read, moved on and written, by several at once if need be.

A signal is durable, and its risk raised, before the history that it was found in is: after a stop in between all of
it is done again, and the same is found under the same id. Two at once are told apart by the history's version.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import DecodeError, Struct, field

from federation.model.json import JsonObject
from federation.model.risk import Decay, RiskCause
from federation.model.signals import Signal, StoredMemory, Watched
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, SignalMemories, SignalNotice, SignalRecords
from federation.signals.engine import Engine
from federation.signals.memory import Memory, remembered, stored
from federation.signals.observation import Observation, watched_by
from federation.signals.raising import RiskRaiser

ATTEMPTS = 8
"""Writers that may be first in a row."""
OF_AN_ISSUER = 2
"""What a signal about an issuer scores is divided by this: all identities that it vouches for pay for it."""


class WatchReport(Struct, frozen=True):
    """What a delivery came to."""

    records: int
    signals: tuple[Signal, ...] = ()


class Watch(Struct, frozen=True):
    """What the function does with each delivery."""

    memories: SignalMemories
    records: SignalRecords
    raiser: RiskRaiser
    notice: SignalNotice
    clock: Clock
    engine: Engine = field(default_factory=Engine)

    def look(self, seen: Sequence[Observation]) -> WatchReport:
        """All of it is learned and told when this returns; raises TemporarilyUnavailable or ServerError."""
        waiting = _by_watched(seen)
        told: dict[str, Signal] = {}
        for _ in range(ATTEMPTS):
            if not waiting:
                return WatchReport(len(seen), tuple(told.values()))
            others_were_first = self._learn(waiting, told)
            waiting = {watched: waiting[watched] for watched in others_were_first}
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others learn of the same identity")

    def _learn(self, waiting: Mapping[Watched, Sequence[Observation]], told: dict[str, Signal]) -> Collection[Watched]:
        known, moved = self.memories.load(waiting.keys()), {}
        for watched, seen in waiting.items():
            before = known.get(watched)
            memory = _memory(before)
            for signal in self.engine.learn(watched, memory, seen):
                self._tell(signal)
                told[signal.id] = signal
            moved[watched] = StoredMemory(stored(memory), before.version + 1 if before else 1)
        return self.memories.store(moved)

    def _tell(self, signal: Signal) -> None:
        told_before = self.records.put(signal)
        if signal.raises and (key := signal.watched.risk_key):
            self.raiser.raise_risk(key, _cause(signal), _facts(signal, self.clock.now()))
        if signal.rings and not told_before:
            self.notice.rang(signal)
            self.records.rung(signal.id)


def _by_watched(seen: Sequence[Observation]) -> dict[Watched, list[Observation]]:
    found: dict[Watched, list[Observation]] = {}
    for one in sorted(seen, key=lambda each: each.seconds):
        for watched in watched_by(one):
            found.setdefault(watched, []).append(one)
    return found


def _memory(known: StoredMemory | None) -> Memory:
    """What cannot be read is begun anew: a history is worth less than a function that stands still."""
    if known is None:
        return Memory()
    try:
        return remembered(known.content)
    except DecodeError:
        return Memory()


def _cause(signal: Signal) -> RiskCause:
    score = signal.score // OF_AN_ISSUER if signal.watched.what == "issuer" else signal.score
    return RiskCause(Decay(score, signal.at), signal.title, f"signal:{signal.name}", signal.correlation_ids)


def _facts(signal: Signal, now: float) -> JsonObject:
    return {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "correlation_id": signal.correlation_ids[-1],
        "operation": "signal",
        "signal": signal.id,
        "tenant": signal.tenant,
    }
