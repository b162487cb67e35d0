"""A month without attacks: work, updates, moves, mistakes, and the noise of the internet."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import TypeAlias

from msgspec.structs import replace

from benchmarks.signals.people import BEGIN, DAY, HOUR, MONTH, WANDERING, WEEK, Identity, request
from federation.signals.observation import Observation

Event: TypeAlias = tuple[float, Observation]
"""When, and what is recorded; the record's own time is filled in at the end."""

YEAR = 365 * DAY
PER_YEAR = {"move": 1.0, "program": 0.5, "both": 0.01, "granted": 1.0, "late": 0.015, "approval": 0.01, "acts": 0.01}
"""What happens to an identity so often, without anything being wrong. late: it begins to use a right that it had."""
LOOPS, STORMS, RESTARTS = 0.01, 0.02, 0.5
"""A week: a mistake in a loop; five times the usual rate for twenty minutes; all replicas begin at once."""
MONTH_ENDS = 0.05
"""Share of identities with work at the end of the month that they have at no other time."""
GROWS = 0.1
"""Share of services that ask twice as often from some day on."""
OPTIONAL = 0.03
"""Share of tokens with a claim that most of their issuer's lack."""
REFUSED = 0.005
"""Of all requests."""


def life(random: Random, who: Identity) -> Iterator[Event]:
    """Of one identity, in the order of each of its habits."""
    changes = _changes(random)
    for at in [*_times(random, who), *_bursts(random, who)]:
        yield at, _as_it_is_by_then(random, who, at, changes)
    yield from _loops(random, who)


def _times(random: Random, who: Identity) -> Iterator[float]:
    if who.kind == "batch":
        for day in range(30):
            begin = BEGIN + day * DAY + who.hour * HOUR + random.uniform(-600, 600)
            for _ in range(max(1, round(who.rate * random.lognormvariate(0, 0.3)))):
                yield begin + random.uniform(0, 300)
        return
    grown = BEGIN + (random.uniform(5, 30) * DAY if who.kind == "service" and random.random() < GROWS else MONTH)
    at = float(BEGIN)
    while (at := at + random.expovariate(max(who.rate, 1e-4) / HOUR)) < BEGIN + MONTH:
        for _ in range(1 + (at >= grown)):
            if random.random() < _wakefulness(who.kind, at):
                yield from _session(random, who, at)


def _wakefulness(kind: str, at: float) -> float:
    """Share of its busy rate at that hour: people and pipelines sleep, services do not."""
    hour, weekend = at % DAY / HOUR, (at - BEGIN) % WEEK >= 5 * DAY
    if kind in ("person", WANDERING):
        return 0.02 if weekend or not 8 <= hour < 18 else 1.0
    return 1.0 if kind == "rare" or 6 <= hour < 20 else 0.6


def _session(random: Random, who: Identity, at: float) -> Iterator[float]:
    yield at
    if who.kind == WANDERING:  # the jobs of a build
        yield from (at + random.uniform(0, 120) for _ in range(random.randint(2, 14)))


def _bursts(random: Random, who: Identity) -> Iterator[float]:
    if random.random() < MONTH_ENDS:
        begin = BEGIN + 21 * DAY + who.hour * HOUR
        yield from (begin + random.uniform(0, 300) for _ in range(random.randint(50, 150)))
    if who.kind != "service":
        return
    for at in _now_and_then(random, RESTARTS / WEEK):
        yield from (at + random.uniform(0, 10) for _ in range(who.replicas))
    for at in _now_and_then(random, STORMS / WEEK):
        yield from (at + random.uniform(0, 1200) for _ in range(round(who.rate * 5 / 3)))


def _loops(random: Random, who: Identity) -> Iterator[Event]:
    for at in _now_and_then(random, LOOPS / WEEK):
        for number in range(random.randint(30, 300)):
            refusal = {"outcome": "deny", "reason": "scope_not_granted", "audience": [], "requested_scope": ["x"]}
            yield at + number * 10, request(random, who, **refusal)


def _now_and_then(random: Random, per_second: float) -> Iterator[float]:
    at = float(BEGIN)
    while (at := at + random.expovariate(per_second)) < BEGIN + MONTH:
        yield at


def _changes(random: Random) -> dict[str, float]:
    """What changes in the month -> when, for the first time."""
    found = {name: next(_now_and_then(random, often / YEAR), None) for name, often in PER_YEAR.items()}
    return {name: at for name, at in found.items() if at is not None}


def _as_it_is_by_then(random: Random, who: Identity, at: float, changes: dict[str, float]) -> Observation:
    seen = request(random, who)
    done = {name for name, when in changes.items() if at >= when}
    if done & {"move", "both"} and who.kind not in (WANDERING, "person"):
        seen = replace(seen, source_ip=f"172.16.{who.number % 250}.{random.randint(1, 3)}")
    if done & {"program", "both"}:
        seen = replace(seen, user_agent="another-library/1.0")
    if "granted" in done:
        seen = replace(seen, mapping_version=2)
    if ("granted" in done and random.random() < 0.3) or ("late" in done and random.random() < 0.3):
        seen = replace(seen, audience=["one-more"])
    if "approval" in done and random.random() < 0.1:
        seen = replace(seen, approval="a1")
    if "acts" in done and random.random() < 0.1:
        seen = replace(seen, principal="person/1", actor_principal=who.name, actor_tenant=who.tenant)
    if who.kind == "person" and who.agents and random.random() < 0.2:
        seen = replace(seen, actor_principal=random.choice(who.agents), actor_tenant=who.tenant)
    if random.random() < OPTIONAL:
        seen = replace(seen, claims={**seen.claims, random.choice(["environment", "ref", "sid_hint"]): "x"})
    if random.random() < REFUSED:
        seen = replace(seen, outcome="deny", reason="policy_denied", audience=[], requested_audience=seen.audience)
    return seen


def noise(random: Random, issuers: Iterable[str]) -> Iterator[Event]:
    """Scans of the internet, tokens that are too old, partners that roll out something before it is mapped."""
    for at in _now_and_then(random, 1 / 600):
        address = f"45.{random.randrange(256)}.{random.randrange(40)}.7"
        reason = random.choice(["malformed_request", "untrusted_issuer", "invalid_token"])
        junk = Observation(time="", correlation_id="", outcome="deny", reason=reason, source_ip=address)
        yield from ((at + number, junk) for number in range(random.choice([1, 1, 2, 5, 20])))
    for issuer in issuers:
        yield from _failing(random, issuer)


def _failing(random: Random, issuer: str) -> Iterator[Event]:
    usual = {"time": "", "correlation_id": "", "outcome": "deny", "source_ip": "10.9.9.9"}
    forged = Observation(**usual, reason="bad_signature", unverified_issuer=issuer)  # type: ignore[arg-type]
    unmapped = Observation(**usual, reason="no_mapping", issuer=issuer, subject_digest="d", subject="n")  # type: ignore[arg-type]
    for at in _now_and_then(random, 1 / (8 * HOUR)):
        yield at, forged
    for at in _now_and_then(random, 1 / (4 * HOUR)):
        yield at, unmapped
    for at in _now_and_then(random, 1 / (60 * DAY)):  # a partner is connected before the mapping is there
        yield from ((at + number * 7.5, unmapped) for number in range(80))
    for at in _now_and_then(random, 1 / (90 * DAY)):  # a rotation that went wrong for a moment
        yield from ((at + number * 12, forged) for number in range(25))
