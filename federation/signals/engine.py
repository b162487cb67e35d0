"""Records and the memory of one identity in; what is unusual about them out. No clock but that of the records."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2s
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from federation.model.signals import RINGS_AT, Signal, Watched, WatchedKind
from federation.signals.catalogue.all import SIGNALS
from federation.signals.memory import Memory, Told
from federation.signals.observation import Observation, acting, digest
from federation.signals.signal import Definition, Finding, Sight

MAX_IDS = 5
HIGHER = 10
"""Points by which a score must grow to be told again within the signal's period."""
MAX_FORGET = 30 * 24 * 3600
"""Seconds after which it does not matter any more when a signal was told."""


class Engine(Struct, frozen=True, dict=True):
    """Knows which signals are about which kind of identity."""

    signals: Sequence[Definition] = SIGNALS

    def learn(self, watched: Watched, memory: Memory, records: Sequence[Observation]) -> list[Signal]:
        """Put the records into the memory, each once, and say what is unusual. `records`: in the order of their time.

        Those that came before with the same others, or among the newest of the identity, are left out.
        """
        names = [digest(seen.name) for seen in records]
        if not memory.enter_batch(names):
            return []
        found: dict[str, Signal] = {}
        for position, seen in enumerate(records):
            for signal in self._see(watched, memory, seen, names[position]):
                found[signal.id] = replace(signal, correlation_ids=_ids(records, position))
        if memory.told:
            memory.told = {name: told for name, told in memory.told.items() if told.at > memory.last - MAX_FORGET}
        return list(found.values())

    def _see(self, watched: Watched, memory: Memory, seen: Observation, name: bytes) -> list[Signal]:
        now, found = int(seen.seconds), list[Signal]()
        established = memory.established(now)
        if not memory.enter(name, now):
            return found
        acts = seen.actor_principal is not None and acting(seen) == watched
        sight = Sight(seen, watched, now, established, acts)
        for definition in self._about[watched.what, seen.verified]:
            finding = definition.look(memory, sight)
            if finding is not None and (first := _worth_telling(memory, definition, finding, now)):
                found.append(_signal(definition, finding, sight, first))
        memory.last = max(memory.last, now)
        return found

    @cached_property
    def _about(self) -> dict[tuple[WatchedKind, bool], list[Definition]]:
        return {
            (what, verified): [one for one in self.signals if what in one.of and one.strangers != verified]
            for what in get_args(WatchedKind)
            for verified in (True, False)
        }


def _worth_telling(memory: Memory, definition: Definition, finding: Finding, now: int) -> int | None:
    """When it was first told, which is now unless it was told lately; None: it has nothing new to say."""
    told = memory.told.get(definition.name)
    if told is None or now - told.at >= definition.period:
        memory.told[definition.name] = Told(now, finding.score)
        return now
    if finding.score < told.score + HIGHER and not told.score < RINGS_AT <= finding.score:
        return None
    told.score = finding.score
    return told.at


def _signal(definition: Definition, finding: Finding, sight: Sight, first: int) -> Signal:
    watched, seen = sight.watched, sight.seen
    named = "\n".join((definition.name, watched.what, watched.value, watched.tenant or "\n", str(first)))
    return Signal(
        id=blake2s(named.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        name=definition.name,
        severity=definition.severity,
        watched=watched,
        score=finding.score,
        at=sight.now,
        title=definition.title,
        runbook=definition.runbook,
        tenant=_tenant(watched, seen),
        evidence=finding.evidence,
        raises=definition.raises and seen.verified and watched.risk_key is not None,
    )


def _ids(records: Sequence[Observation], position: int) -> tuple[str, ...]:
    """Of the record that showed it, and of those of the same identity before."""
    return tuple(seen.correlation_id for seen in records[max(0, position + 1 - MAX_IDS) : position + 1])


def _tenant(watched: Watched, seen: Observation) -> str | None:
    """Addresses and clients may be several tenants'; what a stranger claims belongs to no tenant."""
    return seen.tenant if seen.verified and watched.what in ("principal", "issuer", "tenant") else None
