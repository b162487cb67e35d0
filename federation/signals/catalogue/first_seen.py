"""An audience, a network or a program that the identity has never used: one of them is a change, two are a theft."""

from federation.signals.cases import DAY, HOUR, allowed, history
from federation.signals.memory import Memory, Ring
from federation.signals.observation import agent_of, digest, network_of
from federation.signals.signal import Case, Definition, Finding, Sight, Step

KEPT = 18
LASTS = 3600
"""Seconds in which what is new adds up."""
EXPECTED = 7 * DAY
"""Seconds after its mapping has changed in which a new audience is what the change was for."""
AUDIENCE, NETWORK, AGENT = 1, 2, 4
POINTS = {AUDIENCE: 70, NETWORK: 40, AGENT: 50}
FEW = {AUDIENCE: 8, NETWORK: 6, AGENT: 3}
"""Up to so many known ones a new one counts in full, up to twice as many by half, and beyond not at all: it wanders."""
NAMES = {AUDIENCE: "audience", NETWORK: "network", AGENT: "program"}


def look(memory: Memory, sight: Sight) -> Finding | None:
    """Refused requests count for network and program alike."""
    if sight.acts:
        return None
    _mapping_moved(memory, sight)
    new = _new(memory, sight)
    if not new or not sight.established:
        return None
    recent = memory.novel if sight.now - memory.novel_at < LASTS else 0
    memory.novel, memory.novel_at = recent | sum(new), sight.now
    weights = {kind: new.get(kind, 1.0) for kind in POINTS if memory.novel & kind}
    score = min(100, int(sum(POINTS[kind] * weight for kind, weight in weights.items())))
    return Finding(score, {"new": [NAMES[kind] for kind in weights], **_described(sight, weights)})


def _described(sight: Sight, kinds: dict[int, float]) -> dict[str, str | list[str]]:
    seen = sight.seen
    values: dict[int, str | list[str]] = {
        AUDIENCE: list(seen.audience),
        NETWORK: network_of(seen.source_ip or ""),
        AGENT: seen.user_agent or "",
    }
    return {NAMES[kind]: values[kind] for kind in kinds}


def _mapping_moved(memory: Memory, sight: Sight) -> None:
    seen = sight.seen
    mapping = digest(f"{seen.mapping}@{seen.mapping_version}")
    if mapping != memory.mapping:
        memory.mapping, memory.moved = mapping, sight.now


def _new(memory: Memory, sight: Sight) -> dict[int, float]:
    """What was never seen -> how much that means, where it means anything."""
    seen = sight.seen
    known = [
        (NETWORK, memory.networks, network_of(seen.source_ip) if seen.source_ip else None),
        (AGENT, memory.agents, agent_of(seen.user_agent) if seen.user_agent else None),
        *((AUDIENCE, memory.audiences, audience) for audience in seen.audience if seen.allowed),
    ]
    found: dict[int, float] = {}
    for kind, ring, value in known:
        if value is not None and (weight := _weight(ring, digest(value), FEW[kind])):
            found[kind] = weight
    if sight.now - memory.moved < EXPECTED:
        found.pop(AUDIENCE, None)
    return found


def _weight(ring: Ring, one: bytes, few: int) -> float:
    is_known, count = ring.knows(one), len(ring)
    ring.add(one, KEPT)
    if is_known or count > 2 * few:
        return 0.0
    return 1.0 if count <= few else 0.5


ELSEWHERE = {"source_ip": "192.0.2.77", "user_agent": "curl/8.4"}

SIGNAL = Definition(
    name="first_seen",
    title="An audience, a network or a program that it never used before",
    of=frozenset({"principal"}),
    severity="high",
    look=look,
    runbook="signals.md#first_seen",
    cases=(
        Case("an audience that it could ask for all the time", (*history(), Step(allowed(audience=["vault"]))), 70),
        Case("another network and another program", (*history(), Step(allowed(**ELSEWHERE))), 90),
        Case(
            "first another network, then another program",
            (
                *history(),
                Step(allowed(source_ip="192.0.2.77")),
                Step(allowed(source_ip="192.0.2.77", user_agent="curl/8")),
            ),
            90,
        ),
        Case("another network alone", (*history(), Step(allowed(source_ip="192.0.2.77"))), 40),
        Case("another address of its network", (*history(), Step(allowed(source_ip="203.0.200.1"))), 0),
        Case("another version of its program", (*history(), Step(allowed(user_agent="acme-sync/1.5"))), 0),
        Case(
            "an audience that a new version of its mapping brought",
            (*history(), Step(allowed(mapping_version=2)), Step(allowed(mapping_version=2, audience=["vault"]))),
            0,
        ),
        Case(
            "one more network where there are many",
            (
                *(Step(allowed(source_ip=f"10.{number}.0.1"), times=4, every=4 * HOUR) for number in range(1, 40)),
                Step(allowed(source_ip="192.0.2.77")),
            ),
            0,
        ),
        Case("a newcomer's second audience", (Step(allowed()), Step(allowed(audience=["vault"]))), 0),
    ),
)
