"""Sequences of records with a clock, put through the engine as the function does it: batch after batch."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from federation.model.signals import Signal, Watched
from federation.signals.cases import MONDAY
from federation.signals.engine import Engine
from federation.signals.memory import Memory, remembered, stored
from federation.signals.observation import Observation, read_observation, watched_by
from federation.signals.signal import Step


def observations(steps: Sequence[Step], begin: float = MONDAY) -> Iterator[Observation]:
    """Each with a time and a name of its own."""
    now, number = begin, 0
    for step in steps:
        now += step.after
        for repeated in range(step.times):
            now += step.every if repeated else 0.0
            number += 1
            told = {"time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")}
            record = {**step.record, **told, "correlation_id": f"c-{number}"}
            seen = read_observation(json.dumps(record))
            assert seen is not None, record
            yield seen


class Memories(dict[Watched, bytes]):
    """Of every identity, as they are stored."""

    def learn(self, records: Sequence[Observation]) -> list[Signal]:
        """Of one batch."""
        by_watched: dict[Watched, list[Observation]] = {}
        for seen in records:
            for watched in watched_by(seen):
                by_watched.setdefault(watched, []).append(seen)
        return [signal for watched, seen in by_watched.items() for signal in self._learn(watched, seen)]

    def _learn(self, watched: Watched, records: Sequence[Observation]) -> list[Signal]:
        memory = remembered(self[watched]) if watched in self else Memory()
        found = Engine().learn(watched, memory, records)
        self[watched] = stored(memory)
        return found


def played(steps: Sequence[Step], batch: int = 25) -> tuple[list[Signal], Memories]:
    """All that is told of them, and what is remembered then."""
    memories, seen = Memories(), list(observations(steps))
    batches = (seen[start : start + batch] for start in range(0, len(seen), batch))
    return [signal for records in batches for signal in memories.learn(records)], memories
