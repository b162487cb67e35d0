"""Invariant 22: two hostile tenants write whatever they may, and the third one's answers and costs stay the same.

`make tenants` runs it with 5,000 steps.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

import jwt
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.admin.editor import TrustEditor
from federation.admin.lockout import LockOutGuard
from federation.admin_api.edits import Edits
from federation.documents.rights import Rights, Surroundings
from federation.documents.source import InvalidDocuments, SourceDocument
from federation.insight.snapshot.loading import TrustLoader
from federation.model.json import Json
from federation.model.quotas import Quotas
from federation.model.trust import DocumentRef, Kind
from federation.policy.cedar.compile import read_rule
from federation.ports import BucketFull, VersionConflict
from tests.support.counted_trust import CountedTrust
from tests.support.exchange_world import BRIDGE, IDP, Bridge, body
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.jose_keys import rsa_key
from tests.support.trust_documents import SOMEBODY

STEPS = int(os.environ.get("TENANT_STEPS", "60"))
LOOKS = 6
"""How often the third tenant asks meanwhile."""
PLENTY = Quotas()
HOSTILE = ("eve", "mallory")
KEYS: Json = {"jwks": {"keys": [rsa_key("hostile").jwk()]}}
POLICIES = (
    "forbid (principal, action, resource);",
    'forbid (principal == Principal::"partner/acme/sync", action, resource);',
    'forbid (principal, action, resource == Audience::"risk-engine");',
    'forbid (principal in Tenant::"acme", action, resource in Environment::"prod");',
    'permit (principal, action == Action::"impersonate", resource);',
    '@max_ttl("1s") permit (principal, action, resource);',
    '@require_approval("x") permit (principal, action, resource);',
    'forbid (principal, action, resource) when { context.claims.hasTag("x") };',
)


class Seen(NamedTuple):
    """What the third tenant gets, and what it costs."""

    answers: tuple[tuple[int, str, str, str], ...]
    costs: "Costs"
    taken: tuple[str, ...]


class Costs(NamedTuple):
    """What is counted, or how much of it there was since."""

    reads: int
    keys: int
    """That these reads asked for."""
    items: int
    """That they gave."""
    asked: int
    """Documents, revocations and risks that commits and looks asked for."""
    fetched: int
    """Of issuers' keys, from the network."""
    parsed: int

    @classmethod
    def of(cls, world: Bridge) -> "Costs":
        """As they stand."""
        trust = world.trust
        assert isinstance(trust, CountedTrust)
        asked = sum(
            len(one.documents | one.whole) + len(one.revocations) + len(one.risks) for one in world.state.questions
        )
        return cls(trust.reads, trust.keys, trust.items, asked, len(world.web.fetched), read_rule.cache_info().misses)

    def since(self, before: "Costs") -> "Costs":
        """The difference."""
        return Costs(*(now - then for now, then in zip(self, before, strict=True)))


@contextmanager
def counted() -> Iterator[Bridge]:
    """A bridge whose trust table counts."""
    with ThreadPoolExecutor(6) as pool:
        yield Bridge(pool, trust=CountedTrust())


def look(world: Bridge) -> Seen:
    """Twice in a cold process, for something that is granted and for something that is not."""
    world.restart()
    before, taken = Costs.of(world), len(world.allowances.takes)
    answers = tuple(_answer(world, scope) for scope in ("risk:read", "risk:write", "risk:admin") * 2)
    buckets = tuple(sorted({str(take) for take in world.allowances.takes[taken:]}))
    return Seen(answers, Costs.of(world).since(before), buckets)


def _answer(world: Bridge, scope: str) -> tuple[int, str, str, str]:
    response = world.post(scope=scope)
    said = body(response)
    if response.status != 200:
        return response.status, str(said["error"]), str(said["error_description"]), ""
    claims = jwt.decode(said["access_token"], options={"verify_signature": False})
    return response.status, claims["sub"], claims["scope"], claims["tenant"]


class Attacker:
    """An admin of a hostile tenant, with every right of one."""

    def __init__(self, world: Bridge, chance: Random, quotas: Quotas = PLENTY) -> None:
        self._trust = world.trust
        self._chance = chance
        loader = TrustLoader(self._trust, self._trust, self._trust, self._trust, BRIDGE)
        records = FakeAuditRecords(world.ledger)
        guard = LockOutGuard(loader, self._trust, records, world.clock)
        self._edits = Edits(loader, world.clock, guard, quotas=quotas)
        self.written = 0

    def step(self) -> None:
        """Writes something, or deletes it."""
        tenant, document = self._chance.choice(HOSTILE), self._document()
        document |= {} if document["kind"] == "Mapping" or self._chance.random() < 0.1 else {"tenant": tenant}
        ref = DocumentRef(Kind(document["kind"]), document["id"])
        gone = (ref,) if self._trust.get(ref) and self._chance.random() < 0.2 else ()
        self.written += self.put(tenant, document, gone)

    def put(self, tenant: str, document: dict[str, Any], gone: tuple[DocumentRef, ...] = ()) -> bool:
        """Whether it was written, or what is `gone` deleted, as the admin API would for that tenant's admin."""
        sources = () if gone else (SourceDocument("request", document),)
        try:
            plan = TrustEditor(self._trust).plan(self._edits.validated(tenant, sources, gone), gone)
        except InvalidDocuments:
            return False
        rights, around = Rights(tenant, frozenset()), Surroundings(self._trust, self._trust, {})
        if any(rights.refusal(one.ref, _body(one.state.document), one.body, around) for one in plan):
            return False
        try:
            TrustEditor(self._trust).write(plan, SOMEBODY)
        except (BucketFull, VersionConflict):
            return False
        return True

    def _document(self) -> dict[str, Any]:
        any_of, number = self._chance.choice, self._chance.randrange(40)
        id_ = any_of(["acme", "acme-sync", "risk-engine", "default", f"x-{number}", f"x-{number}"])
        kind = any_of(["Issuer", "Mapping", "Audience", "Client", "Policy", "Policy", "Zone"])
        named: dict[str, Any] = {"kind": kind, "id": id_}
        match = any_of([{"sub": "worker"}, {"sub": "svc-*"}, {"sub": f"w{number}"}, {"team": f"t{number}"}])
        grants = [{"audience": any_of(["risk-engine", f"x-{number}"]), "scopes": ["risk:read"]}]
        members: dict[str, dict[str, Any]] = {
            "Issuer": {
                "provider": "oidc",
                "issuer": any_of([IDP, f"https://x{number}.example.com"]),
                "audiences": [any_of([BRIDGE, "https://other.example.com"])],
                "keys": KEYS,
            },
            "Mapping": {
                "issuer": any_of(["acme", id_, f"x-{number}"]),
                "match": match,
                "principal": any_of(["partner/acme/sync", "partner/acme/{sub}", f"p/{number}"]),
                "grants": grants,
            },
            "Audience": {
                "resource": any_of(["https://risk.example.com", f"https://x{number}.example.com"]),
                "environment": any_of(["prod", "dev"]),
                "scopes": ["risk:read"],
            },
            "Client": {"auth": {"method": "none"}, "audiences": [], "scopes": [], "sender_constraint": "dpop"},
            "Policy": {"cedar": any_of(POLICIES)},
            "Zone": {"cidrs": ["192.0.2.0/24"]},
        }
        return {**named, **members[kind]}


def _body(document: Any) -> Any:  # noqa: ANN401 - a stored document, or none
    return document.body if document else None


def stayed(world: Bridge, chance: Random, steps: int) -> tuple[Sequence[Seen], int]:
    """What the third tenant saw: once before, and as often while the others write."""
    look(world)  # what is parsed for the first time ever
    attacker, seen = Attacker(world, chance), [look(world)]
    for number in range(steps):
        attacker.step()
        if number % (steps // LOOKS) == 0:
            seen.append(look(world))
    return seen, attacker.written


@settings(max_examples=1, deadline=None)
@given(st.integers(0, 2**32))
def test_what_two_hostile_tenants_write_changes_nothing_for_the_third(seed: int) -> None:
    with counted() as world:
        seen, written = stayed(world, Random(seed), STEPS)  # noqa: S311 - a seed that can be repeated
    assert written > STEPS // 20, "they are kept from everything, so nothing was tried"
    assert set(seen) == {seen[0]}
    assert [answer[0] for answer in seen[0].answers] == [200, 200, 400] * 2


def test_what_everybodys_admins_write_is_noticed() -> None:
    with counted() as world:
        before = look(world)
        world.write({"kind": "Policy", "id": "all", "cedar": POLICIES[0]})
        assert look(world) != before


WRONG: list[dict[str, Any]] = [
    {"kind": "Policy", "id": "over", "tenant": "eve", "cedar": POLICIES[0]},
    {"kind": "Mapping", "id": "nowhere", "issuer": "no-such", "match": {"sub": "x"}, "principal": "p/x", "grants": []},
    {"kind": "Client", "id": "risk-engine", "tenant": "eve", "auth": {"method": "none"}, "sender_constraint": "dpop"},
    {"kind": "Policy", "id": "never", "tenant": "eve", "cedar": "forbid (principal, action, resource) when { false };"},
    {"kind": "Issuer", "id": "twin", "tenant": "eve", "provider": "oidc", "issuer": IDP, "audiences": [BRIDGE]},
]
"""Over quota, a reference into nowhere, a name that could meet another, an impossible policy, another's issuer."""


def test_what_is_refused_to_one_tenant_disturbs_no_exchange_of_another() -> None:
    quiet, disturbed = (_two_hundred(wrong) for wrong in ([], WRONG))
    assert disturbed == quiet


def _two_hundred(wrong: list[dict[str, Any]]) -> tuple[list[tuple[int, str, str, str]], Costs]:
    """Answers and costs of 200 exchanges, while these are written again and again in vain."""
    with counted() as world:
        attacker = Attacker(world, Random(0), Quotas(policies=1))  # noqa: S311 - as above
        assert attacker.put("eve", {"kind": "Policy", "id": "one", "tenant": "eve", "cedar": POLICIES[0]})
        look(world)
        answers, spent = [], []
        for number in range(200):
            before = Costs.of(world)
            answers.append(_answer(world, ("risk:read", "risk:admin")[number % 2]))
            spent.append(Costs.of(world).since(before))
            if wrong:
                assert not attacker.put("eve", wrong[number % len(wrong)])
        return answers, Costs(*map(sum, zip(*spent, strict=True)))
