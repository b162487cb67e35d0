"""Who asks for tokens in the simulated month, from where, and how much."""

from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from federation.signals.observation import Observation

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
MONTH = 30 * DAY
BEGIN = 1_799_625_600
"""2027-01-11T00:00:00Z, a Monday."""
TENANTS = ("acme", "globex", "initech", "umbrella")
PROGRAMS = ("acme-sync/2.1", "Go-http-client/2.0", "okhttp/4.12", "python-httpx/0.28", "axios/1.7", "Java/21")
WANDERING = "ci"
POOLED = 0.1
"""Share of services that leave their cloud by any of several networks."""
OF_AN_ISSUER = 3
"""Workloads that one issuer vouches for; a tenant's people have one together."""


class Identity(Struct):
    """One principal as it lives. `rate`: requests an hour at its busy time."""

    number: int
    kind: str
    """service, person, ci, batch or rare."""
    tenant: str
    rate: float
    base: Observation
    """What its requests have in common."""
    audiences: list[str]
    addresses: list[str]
    replicas: int
    hour: int
    """When a batch begins."""
    agents: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The principal."""
        return str(self.base.principal)


def population(random: Random, count: int) -> list[Identity]:
    """`count` identities of four tenants; the kinds in fixed shares."""
    kinds = ["service"] * 50 + ["person"] * 20 + [WANDERING] * 15 + ["batch"] * 10 + ["rare"] * 5
    return [_identity(random, number, kinds[number % len(kinds)]) for number in range(count)]


def _identity(random: Random, number: int, kind: str) -> Identity:
    tenant = TENANTS[number % len(TENANTS)]
    issuer = f"{tenant}-people" if kind == "person" else f"{tenant}-{number // (len(TENANTS) * OF_AN_ISSUER)}"
    own = f"10.{random.randrange(256)}.{random.randrange(256)}"
    office = f"192.0.{TENANTS.index(tenant)}.1"
    addresses = [office] if kind == "person" else [f"{own}.{last}" for last in range(1, random.randint(2, 4))]
    if kind == "service" and random.random() < POOLED:
        addresses = [f"{random.randrange(1, 224)}.{random.randrange(256)}.7.7" for _ in range(random.randint(3, 12))]
    base = Observation(
        time="",
        correlation_id="",
        outcome="allow",
        source_ip=addresses[0],
        user_agent=random.choice(PROGRAMS) if kind != "person" else "fedbridge/0.1",
        subject_digest="d",
        subject=f"s{number}",
        issuer=issuer,
        tenant=tenant,
        principal=f"{kind}/{number}",
        mapping=f"m{number}",
        mapping_version=1,
        claims={"iss": f"https://{issuer}.example.com", "sub": f"{tenant}:{kind}:{number}", "team": "t", "n": 1},
    )
    return Identity(
        number=number,
        kind=kind,
        tenant=tenant,
        rate=_rate(random, kind),
        base=base,
        audiences=[f"audience-{random.randrange(12)}" for _ in range(random.randint(1, 4))],
        addresses=addresses,
        replicas=random.randint(2, 20),
        hour=random.randrange(24),
    )


def _rate(random: Random, kind: str) -> float:
    """Requests an hour; a batch's number is of a run."""
    median = {"service": 0.8, "person": 1.5, WANDERING: 0.4, "batch": 30.0, "rare": 0.02}[kind]
    spread = 1.0 if kind == "service" else 0.4
    return median * random.lognormvariate(0, spread)


def request(random: Random, who: Identity, **changes: object) -> Observation:
    """One of its requests, without its time."""
    address = f"{random.randrange(1, 224)}.{random.randrange(256)}.0.9" if who.kind == WANDERING else None
    usual = {"source_ip": address or random.choice(who.addresses), "audience": [random.choice(who.audiences)]}
    return replace(who.base, **{**usual, **changes})
