"""One month through the engine: what was found of what was planted, and what was told besides."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.signals.attacks import Attack, planted
from benchmarks.signals.ordinary import Event, life, noise
from benchmarks.signals.people import DAY, WEEK, population
from federation.model.signals import Signal, Watched
from federation.signals.engine import Engine
from federation.signals.memory import Memory, stored
from federation.signals.observation import Observation, watched_by

DELIVERY = 8.0
"""Seconds from a request to the function that looks at it: the stream's window and the invocation."""
WITHIN = 60.0
AFTERMATH = 2 * 3600
"""Seconds in which what is told about an identity of an attack is told about the attack."""
HISTORY = 7 * DAY


class Month(Struct, frozen=True):
    """What one seed gave."""

    identities: int
    records: int
    planted: Counter[str]
    found: Counter[str]
    false: Counter[str]
    """Signals that rang for nothing, by name."""
    quiet: Counter[str]
    """Signals that are a record alone, by name."""
    largest: int
    """Bytes of the largest memory."""

    @property
    def weeks(self) -> float:
        """In which signals could be told: identity times week."""
        return self.identities * (30 * DAY - HISTORY) / WEEK


def lived(seed: int, identities: int = 40, of_each: int = 5) -> Month:
    """Everything of one seed."""
    random = Random(seed)
    people = population(random, identities)
    for who in people[:: len(people) // 10]:
        who.agents = [f"agent/{number}" for number in range(random.randint(1, 3))]
    attacks = list(planted(random, people, of_each))
    ordinary: list[Event] = [event for who in people for event in life(random, who)]
    events = [
        *ordinary,
        *noise(random, sorted({str(who.base.issuer) for who in people})),
        *(event for attack in attacks for event in attack.events),
    ]
    events.sort(key=lambda event: event[0])
    signals, memories = _through(events)
    found, explained = _found(attacks, signals)
    rest = [signal for signal in signals if signal.id not in explained]
    return Month(
        identities=identities,
        records=len(events),
        planted=Counter(attack.kind for attack in attacks),
        found=found,
        false=Counter(signal.name for signal in rest if signal.rings),
        quiet=Counter(signal.name for signal in rest if not signal.rings),
        largest=max(len(stored(memory)) for memory in memories.values()),
    )


def _through(events: Sequence[Event]) -> tuple[list[Signal], dict[Watched, Memory]]:
    engine, memories, told = Engine(), defaultdict[Watched, Memory](Memory), list[Signal]()
    for number, (at, record) in enumerate(events):
        seen = _dated(record, at, number)
        for watched in watched_by(seen):
            told += engine.learn(watched, memories[watched], [seen])
    return told, memories


def _dated(record: Observation, at: float, number: int) -> Observation:
    time = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return replace(record, time=time, correlation_id=str(number))


def _found(attacks: Iterable[Attack], signals: Sequence[Signal]) -> tuple[Counter[str], set[str]]:
    """How many of each kind were found in time, and the ids of what was told because of any."""
    by_watched = defaultdict[Watched, list[Signal]](list)
    for signal in signals:
        by_watched[signal.watched].append(signal)
    found, explained = Counter[str](), set[str]()
    for attack in attacks:
        late = attack.begins + WITHIN - DELIVERY
        of_it = [one for one in by_watched[attack.watched] if one.name == attack.signal and one.rings]
        found[attack.kind] += any(int(attack.begins) <= one.at <= late for one in of_it)
        touched = {watched for _, record in attack.events for watched in watched_by(record)}
        for watched in touched:
            explained |= {
                one.id for one in by_watched[watched] if attack.begins - 1 <= one.at < attack.begins + AFTERMATH
            }
    return found, explained
