"""What requests keep of trust for one another is what lies there."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.insight.snapshot.kept import LIFE, MOST, KeptTrust
from federation.insight.snapshot.loading import TrustLoader
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind, Selector
from federation.ports import DocumentPages
from tests.support.admin_world import audience, issuer, mapping
from tests.support.fake_trust import SOMEBODY, FakeTrust

NOW = 1_800_000_000.0
WORKER, OTHER = Selector("sub", "worker"), Selector("sub", "other")
ADMIN = [{"audience": "federation-admin", "scopes": ["trust:read"]}]
BODIES: dict[DocumentRef, list[JsonObject]] = {
    DocumentRef(Kind.ISSUER, "a"): [issuer("a"), issuer("a", tenant="acme")],
    DocumentRef(Kind.AUDIENCE, "ledger"): [audience("ledger"), audience("ledger", max_ttl="1m")],
    DocumentRef(Kind.MAPPING, "m"): [
        mapping("m", "a"),
        mapping("m", "b", grants=ADMIN),
        mapping("m", "a", dangerous=True),
        mapping("m", "a", enabled=False),
    ],
    DocumentRef(Kind.MAPPING, "n"): [mapping("n", "a"), mapping("n", "a", grants=ADMIN)],
    DocumentRef(Kind.POLICY, "p"): [
        {"cedar": "permit (principal, action, resource);"},
        {"cedar": "forbid (principal, action, resource);", "tenant": "acme"},
    ],
    DocumentRef(Kind.ZONE, "z"): [{"cidrs": ["203.0.113.0/24"]}, {"cidrs": ["198.51.100.0/24"]}],
    DocumentRef(Kind.CLIENT, "c"): [{"auth": {"method": "none"}}, {"auth": {"method": "none"}, "tenant": "acme"}],
}
WRITES = st.tuples(
    st.sampled_from(sorted(BODIES)), st.integers(0, 3), st.booleans(), st.sampled_from([WORKER, OTHER, None])
)


def loader_of(trust: FakeTrust) -> TrustLoader:
    return TrustLoader(trust, trust, trust, trust, "https://bridge.example.com")


def everything(loader: TrustLoader) -> list[Any]:
    """Whatever a check of a write may ask."""
    pages: DocumentPages = loader.pages
    found: list[Any] = [pages.page(kind, None, 500) for kind in sorted({ref.kind for ref in BODIES})]
    found += [{ref: state[:2] for ref, state in loader.writer.states(BODIES).items()}]
    found += [pages.owned(Kind.POLICY, tenant, None, 10) for tenant in (None, "acme")]
    for id_ in ("a", "b"):
        ref = DocumentRef(Kind.ISSUER, id_)
        found += [pages.mappings_of(id_, None, 10), pages.naming(ref, Kind.MAPPING, None, 10)]
        found += [loader.index.patterns(id_), loader.index.exact(id_, [WORKER]), loader.index.exact(id_, [OTHER])]
    policies = loader.readable.policies()
    return [*found, pages.admin_mappings(), pages.pending_mappings(), policies.policies, policies.zones]


def write(loader: TrustLoader, step: tuple[DocumentRef, int, bool, Selector | None]) -> int:
    """How many writes it was."""
    ref, number, goes, place = step
    state = loader.writer.states([ref])[ref]
    if goes and state.document is None:
        return 0
    if goes:
        loader.writer.delete(ref, state.version, SOMEBODY)
        return 1
    body = BODIES[ref][number % len(BODIES[ref])]
    loader.writer.put(StoredDocument(*ref, state.version + 1, body), place, SOMEBODY)
    return 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), WRITES), max_size=12))
def test_whatever_two_processes_write_each_sees_what_lies_there(
    steps: list[tuple[int, tuple[DocumentRef, int, bool, Selector | None]]],
) -> None:
    trust, kept = FakeTrust(), (KeptTrust(), KeptTrust())
    for process, step in steps:
        viewed = kept[process].take(loader_of(trust), trust.revision(), NOW)
        assert everything(viewed.loader) == everything(loader_of(trust))
        kept[process].keep(viewed, write(viewed.loader, step))


def zone(trust: FakeTrust, id_: str = "z") -> None:
    trust.add(Kind.ZONE, id_, {"cidrs": ["203.0.113.0/24"]})


def read(kept: KeptTrust, trust: FakeTrust, now: float = NOW) -> int:
    """How many reads a look at all zones takes; what it read is kept."""
    viewed, before = kept.take(loader_of(trust), trust.revision(), now), trust.reads
    viewed.loader.pages.page(Kind.ZONE, None, 500)
    kept.keep(viewed)
    return trust.reads - before


def test_nothing_is_read_twice_until_somebody_else_writes() -> None:
    trust, kept = FakeTrust(), KeptTrust()
    zone(trust)
    assert [read(kept, trust), read(kept, trust)] == [1, 0]
    zone(trust)
    assert [read(kept, trust), read(kept, trust)] == [1, 0]


@pytest.mark.parametrize(("later", "reads"), [(LIFE - 1, 0), (LIFE, 1), (-1, 1)])
def test_what_was_read_long_ago_is_read_again(later: float, reads: int) -> None:
    trust, kept = FakeTrust(), KeptTrust()
    assert [read(kept, trust), read(kept, trust, NOW + later)] == [1, reads]


def test_a_view_is_one_requests_at_a_time() -> None:
    trust, kept = FakeTrust(), KeptTrust()
    read(kept, trust)
    first, second = (kept.take(loader_of(trust), trust.revision(), NOW) for _ in range(2))
    assert first.loader.pages is not second.loader.pages


def test_who_read_very_much_leaves_nothing() -> None:
    trust, kept = FakeTrust(), KeptTrust()
    viewed = kept.take(loader_of(trust), 0, NOW)
    viewed.loader.writer.states([DocumentRef(Kind.MAPPING, str(number)) for number in range(MOST + 1)])
    kept.keep(viewed)
    assert kept.take(loader_of(trust), 0, NOW).loader.pages is not viewed.loader.pages
