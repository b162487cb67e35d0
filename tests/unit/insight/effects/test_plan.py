"""What a plan means is decided for identities of the trail, on what they need of the trust table."""

from typing import Any

from federation.documents.document_set import Planned
from federation.insight.effects.plan import (
    DAYS,
    MAX_PAGES,
    MOST_IDENTITIES,
    PAGE,
    AuditedIdentities,
    PlanEffects,
    PlanImpact,
)
from federation.insight.snapshot.loading import TrustLoader
from federation.model.json import Json, JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from federation.model.trust import DocumentRef, Kind, Selector
from tests.support.admin_world import BRIDGE, NOW, audience, issuer, mapping
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust


class World:
    """A partner with two workers, of whom one was seen."""

    def __init__(self) -> None:
        self.clock, self.trust = FixedClock(NOW), FakeTrust()
        self.ledger = FakeLedger(self.clock)
        for document in (audience(), audience("ledger"), issuer("acme", tenant="acme")):
            self.store(document)
        self.store(mapping("sync", "acme"))
        self.store(mapping("idle", "acme"))
        self.see("sync")

    def store(self, document: dict[str, Any]) -> None:
        selector = Selector("sub", document["match"]["sub"]) if document["kind"] == "Mapping" else None
        self.trust.add(Kind(document["kind"]), document["id"], document, selector)

    def see(self, subject: str, jti: str = "t-1", of: str = "acme", tenant: str = "") -> None:
        record: dict[str, Json] = {
            "jti": jti,
            "correlation_id": jti,
            "issuer": of,
            "tenant": tenant or of,
            "claims": {"iss": f"https://{of}.example.com", "sub": subject},
            "source_ip": "192.0.2.7",
            "issued_at": NOW - 60,
            "expires_at": NOW + 240,
            "status_idx": 7,
            "revocation_keys": key_texts([RevocationKey(RevocationTarget.JTI, jti)]),
        }
        self.ledger.commit(record, ())

    def change(self, number: int) -> None:
        """A change of trust after the last token that was issued."""
        named = {"jti": f"tr-{number}", "correlation_id": f"tr-{number}", "outcome": "trust_changed", "tenant": "acme"}
        keys = key_texts([RevocationKey(RevocationTarget.JTI, f"tr-{number}")])
        self.ledger.commit({**named, "recorded_at": NOW + 1800, "revocation_keys": keys}, ())

    def effects(self, *bodies: JsonObject | DocumentRef, tenant: str | None = None) -> list[Any]:
        return list(self.meaning(*bodies, tenant=tenant).effects)

    def meaning(self, *bodies: JsonObject | DocumentRef, tenant: str | None = None, days: int = DAYS) -> PlanImpact:
        loader = TrustLoader(self.trust, self.trust, self.trust, self.trust, BRIDGE)
        seen = AuditedIdentities(FakeAuditRecords(self.ledger), self.clock)
        refs = [
            one if isinstance(one, DocumentRef) else DocumentRef(Kind(str(one["kind"])), str(one["id"]))
            for one in bodies
        ]
        states = self.trust.states(refs)
        plan = [
            Planned(ref, None if isinstance(body, DocumentRef) else body, states[ref])
            for ref, body in zip(refs, bodies, strict=True)
        ]
        return PlanEffects(loader, seen, self.clock)(plan, tenant, days)


def grants(*names: str) -> list[Json]:
    return [{"audience": name, "scopes": ["risk:read"]} for name in names]


def test_who_was_seen_gains_what_the_edit_grants() -> None:
    (effect,) = World().effects(mapping("sync", "acme", grants=grants("risk-engine", "ledger")))
    assert (effect["principal"], effect["audience"], effect["scopes"]) == ("partner/sync", "ledger", ["risk:read"])
    assert (effect["before"], effect["observed"]) == (None, 1)


def test_who_was_seen_is_told_of_however_many_documents_were_written_since() -> None:
    world = World()
    world.clock.advance(3600)  # the token has ended, and stands behind the changes
    for number in range(PAGE * MAX_PAGES):
        world.change(number)
    (effect,) = world.effects(DocumentRef(Kind.MAPPING, "sync"))
    assert effect["observed"] == 1


def test_who_was_seen_loses_what_the_edit_takes_away() -> None:
    (effect,) = World().effects(DocumentRef(Kind.MAPPING, "sync"))
    assert (effect["audience"], effect["after"], effect["observed"]) == ("risk-engine", None, 1)


def test_an_issuer_that_is_disabled_is_felt_by_whom_it_vouches_for_seen_or_not() -> None:
    effects = World().effects(issuer("acme", tenant="acme", enabled=False))
    told = sorted((one["principal"], one["after"], one["observed"]) for one in effects)
    assert told == [("partner/idle", None, 0), ("partner/sync", None, 1)]


def test_what_nobody_was_seen_with_is_told_by_the_documents_alone() -> None:
    (effect,) = World().effects(mapping("idle", "acme", grants=grants("risk-engine", "ledger")))
    assert (effect["principal"], effect["audience"], effect["observed"]) == ("partner/idle", "ledger", 0)


def test_a_prohibition_is_felt_by_everybody_whom_it_meets() -> None:
    policy = {"kind": "Policy", "id": "none", "cedar": "forbid (principal, action, resource);"}
    effects = World().effects(policy)
    assert [(one["principal"], one["after"]) for one in effects] == [("partner/sync", None)]


def test_what_stays_as_it_is_means_nothing_and_reads_nothing() -> None:
    world = World()
    stored = world.trust.get(DocumentRef(Kind.MAPPING, "sync"))
    assert stored is not None
    before = world.trust.reads
    assert world.effects(stored.body) == []
    assert world.trust.reads - before <= 1, "the plan's own look"


def test_what_waits_for_a_second_admin_means_nothing_yet() -> None:
    dangerous = mapping("all", "acme", dangerous=True, match={"iss": "https://acme.example.com"})
    assert World().effects(dangerous) == []


def test_the_same_identity_counts_once() -> None:
    world = World()
    world.see("sync", "t-2")
    (effect,) = world.effects(DocumentRef(Kind.MAPPING, "sync"))
    assert effect["observed"] == 1


def test_a_tenants_admin_learns_of_the_tenants_identities_alone_however_many_others_there_are() -> None:
    world = World()
    world.store(issuer("globex", tenant="globex"))
    for number in range(MOST_IDENTITIES + 1):
        world.store(mapping(f"g{number}", "globex"))
        world.see(f"g{number}", f"g-{number}", of="globex")
    policy = {"kind": "Policy", "id": "none", "cedar": "forbid (principal, action, resource);"}
    assert [one["principal"] for one in world.effects(policy, tenant="acme")] == ["partner/sync"]
    assert "partner/sync" not in [one["principal"] for one in world.effects(policy, tenant="globex")]


def test_whoever_takes_a_deleted_issuers_id_learns_of_nobody_for_whom_it_vouched() -> None:
    world = World()
    world.see("spy", "t-2", tenant="globex")
    meaning = world.meaning(mapping("theirs", "acme", match={"sub": "spy"}), tenant="acme")
    assert ({one["observed"] for one in meaning.effects}, meaning.identities) == ({0}, 1), "by the documents alone"


def test_nor_does_anybody_learn_of_another_tenants_examples() -> None:
    world, cedar = World(), "permit (principal, action, resource);"
    example = {"principal": "partner/x", "tenant": "acme", "audience": "risk-engine", "expect": "allow"}
    for owner in ("globex", "acme"):
        world.store({"kind": "Policy", "id": owner, "tenant": owner, "cedar": cedar, "examples": [example]})
    policy = {"kind": "Policy", "id": "none", "tenant": "acme", "cedar": "forbid (principal, action, resource);"}
    assert {one["policy"] for one in world.effects(policy) if "policy" in one} == {"globex", "acme"}
    assert {one["policy"] for one in world.effects(policy, tenant="acme") if "policy" in one} == {"acme"}


def test_whoever_was_seen_within_the_days_that_somebody_asks_for_is_decided_again() -> None:
    world, gone = World(), DocumentRef(Kind.MAPPING, "sync")
    world.clock.advance(3 * 86_400)
    assert [world.meaning(gone, days=days).identities for days in (1, 2, 3, 4)] == [0, 0, 0, 1]
    assert [one["observed"] for days in (2, 4) for one in world.meaning(gone, days=days).effects] == [0, 1]


def test_it_is_said_how_many_were_looked_at_and_how_many_at_most() -> None:
    world = World()
    for number in range(MOST_IDENTITIES + 1):
        world.store(mapping(f"g{number}"))
        world.see(f"g{number}", f"g-{number}", of="corp")
    meaning = world.meaning(DocumentRef(Kind.MAPPING, "sync"))
    assert (meaning.identities, meaning.most) == (MOST_IDENTITIES, MOST_IDENTITIES)
