"""What is planted, a class for each signal that rings; each says when it can be seen for the first time."""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.signals.ordinary import Event
from benchmarks.signals.people import BEGIN, DAY, Identity, request
from federation.model.signals import Watched
from federation.signals.observation import Observation

FIRST, LAST = 16 * DAY, 29 * DAY
"""Since the month began: attacks begin in between, when there is a history."""
SILENT = 80 * DAY


class Attack(Struct, frozen=True):
    """`begins`: when its records show it. `shown_by`: the signal, and whose."""

    kind: str
    begins: float
    signal: str
    watched: Watched
    events: tuple[Event, ...]


class Kind(Struct, frozen=True):
    """A class of attack. `what`: for the table."""

    name: str
    what: str
    signal: str
    make: Callable[[Random, Identity, float], tuple[Watched, list[Event]]]
    """Whose history shows it, and its records."""


def _principal(who: Identity) -> Watched:
    return Watched("principal", who.name, who.tenant)


def _every(at: float, step: float, records: Iterator[Observation]) -> list[Event]:
    return [(at + number * step, record) for number, record in enumerate(records)]


def _surge(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    a_second = max(1.0, 10 * who.rate / 3600)
    return _principal(who), _every(at, 1 / a_second, (request(random, who) for _ in range(int(180 * a_second))))


def _stolen(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    there = {"source_ip": f"185.{random.randrange(256)}.1.1", "user_agent": "curl/8.4"}
    return _principal(who), _every(at, 20, (request(random, who, **there) for _ in range(2)))


def _audience(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    return _principal(who), [(at, request(random, who, audience=["crown-jewels"]))]


def _probing(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    refused = {"outcome": "deny", "reason": "target_not_granted", "audience": []}
    tries = (request(random, who, **refused, requested_audience=[f"try-{number}"]) for number in range(12))
    return _principal(who), _every(at, 3, tries)


def _crowd(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    address = f"91.{random.randrange(256)}.{random.randrange(256)}.5"
    changes = ({"source_ip": address, "subject": f"x{number}", "principal": f"x/{number}"} for number in range(60))
    return Watched("address", address), _every(at, 0.7, (request(random, who, **one) for one in changes))


def _strangers(random: Random, _who: Identity, at: float) -> tuple[Watched, list[Event]]:
    address = f"92.{random.randrange(256)}.{random.randrange(256)}.5"
    junk = Observation(time="", correlation_id="", outcome="deny", reason="untrusted_issuer", source_ip=address)
    return Watched("address", address), _every(at, 0.1, (junk for _ in range(600)))


def _acts(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    changes = {"principal": "person/1", "actor_principal": who.name, "actor_tenant": who.tenant}
    return _principal(who), [(at, request(random, who, **changes))]


def _approval(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    return _principal(who), [(at, request(random, who, approval="a9"))]


def _awakened(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    """Of one that is not seen otherwise in this month."""
    name = f"former/{random.randrange(10**9)}"
    record = request(random, who, principal=name)
    before = _every(at - SILENT, 3600, (record for _ in range(40)))
    return Watched("principal", name, who.tenant), [*before, (at, record)]


def _drift(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    """Of an issuer of its own, so that each can drift once: a token every five seconds."""
    issuer = f"issuer-{random.randrange(10**9)}"
    usual = replace(request(random, who), issuer=issuer, principal=None)
    claims = dict(usual.claims)
    drifted = random.choice(
        [
            {**claims, "repository_id": "7"},
            {name: value for name, value in claims.items() if name != "team"},
            {**claims, "n": "1"},
            {**claims, "sub": str(claims["sub"]).replace(":", "@1:")},
        ]
    )
    before = _every(at - DAY, 300, (usual for _ in range(288)))
    return Watched("issuer", issuer), [*before, *_every(at, 5, (replace(usual, claims=drifted) for _ in range(60)))]


def _no_mapping(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    changes: dict[str, object] = {
        "outcome": "deny",
        "reason": "no_mapping",
        "principal": None,
        "audience": [],
        "subject": "same",
    }
    tries = (request(random, who, **changes) for _ in range(60))
    return Watched("issuer", str(who.base.issuer)), _every(at, 0.7, tries)


def _bad_signature(random: Random, who: Identity, at: float) -> tuple[Watched, list[Event]]:
    forged = Observation(
        time="",
        correlation_id="",
        outcome="deny",
        reason="bad_signature",
        source_ip=f"93.{random.randrange(256)}.1.5",
        unverified_issuer=who.base.issuer,
    )
    return Watched("issuer", str(who.base.issuer)), _every(at, 0.7, (forged for _ in range(60)))


KINDS = (
    Kind("surge", "ten times its rate, at least one a second", "surge", _surge),
    Kind("stolen token", "used from another network by another program", "first_seen", _stolen),
    Kind("unused right", "an audience that it could have asked for all along", "first_seen", _audience),
    Kind("probing", "twelve targets in 36 seconds", "probing", _probing),
    Kind("pile of tokens", "sixty identities from one address in 42 seconds", "crowd", _crowd),
    Kind("flood", "ten requests a second without a proven subject", "strangers", _strangers),
    Kind("first delegation", "a worker acts for a person", "first_use", _acts),
    Kind("first approval", "an approval by who never had one", "first_use", _approval),
    Kind("awakened", "silent for eighty days", "awakened", _awakened),
    Kind("drift", "an issuer's tokens change their form, one every five seconds", "claims_drift", _drift),
    Kind("unmapped", "85 a minute of one issuer that no mapping knows", "no_mapping_jump", _no_mapping),
    Kind("forged", "85 a minute that name one issuer and are not signed by it", "bad_signature_jump", _bad_signature),
)


def planted(random: Random, people: list[Identity], of_each: int) -> Iterator[Attack]:
    """`of_each` of each kind, each on an identity of its own that is there for long and often."""
    regular = [who for who in people if who.kind in ("service", "batch") and who.rate >= 0.3]
    for kind in KINDS:
        for who in _of_different_issuers(random, regular)[:of_each]:
            at = BEGIN + random.uniform(FIRST, LAST)
            watched, events = kind.make(random, who, at)
            yield Attack(kind.name, at, kind.signal, watched, tuple(events))


def _of_different_issuers(random: Random, people: list[Identity]) -> list[Identity]:
    """In an order of chance: a second attack by way of one issuer would meet what it learned from the first."""
    return list({who.base.issuer: who for who in random.sample(people, len(people))}.values())
