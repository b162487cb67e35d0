"""A verified token finds its one mapping, or is refused."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from federation.mapping.mapper import Mapper
from federation.mapping.match import filed_under
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind, MappedPrincipal, Mapping, MatchValue, Selector
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named
from tests.support.fake_trust import FakeTrust
from tests.support.trust_values import asking, issuer, verified


class Table:
    """Mappings in the fake trust table, filed as they would be."""

    def __init__(self, provider: str = "oidc") -> None:
        self.trust = FakeTrust()
        self.provider = provider

    def add(self, name: str, match: dict[str, MatchValue], **body: Json) -> None:
        document = {"issuer": "acme", "match": match, "principal": f"to/{name}", "grants": [], **body}
        selector = filed_under(tuple(match.items()), provider_named(self.provider).table.selectors)
        self.trust.add(Kind.MAPPING, name, document, selector)

    def resolve(self, **claims: Json) -> MappedPrincipal:
        subject = replace(verified(by=issuer(provider=self.provider)), claims=claims)
        return Mapper(self.trust, provider_named).resolve(subject, asking("risk-engine"))

    def refuses(self, **claims: Json) -> InvalidRequest:
        with pytest.raises(InvalidRequest) as refusal:
            self.resolve(**claims)
        return refusal.value


def test_the_mapping_that_pins_the_subject_is_found() -> None:
    table = Table()
    table.add("sync", {"sub": "worker", "department": "billing"}, attributes={"of": "{department}"})
    mapped = table.resolve(sub="worker", department="billing", extra=1)
    assert mapped.principal == "to/sync"
    assert mapped.attributes == {"of": "billing"}
    assert mapped.mapping.id == "sync"
    assert mapped.decided_by == (("sub", "worker"), ("department", "billing"))


def test_a_pattern_is_found_when_nothing_pins_the_subject() -> None:
    table = Table()
    table.add("any-worker", {"sub": "worker-*"}, principal="to/{sub}")
    assert table.resolve(sub="worker-7").principal == "to/worker-7"


def test_a_mapping_that_pins_the_subject_wins_over_any_pattern_and_saves_a_read() -> None:
    table = Table()
    table.add("sync", {"sub": "worker"})
    table.add("pattern", {"sub": "work*", "department": "billing", "region": "eu"})
    assert table.resolve(sub="worker", department="billing", region="eu").principal == "to/sync"
    assert table.trust.reads == 1


def test_a_pinned_mapping_that_does_not_fit_leaves_the_pattern_its_turn() -> None:
    table = Table()
    table.add("sync", {"sub": "worker", "department": "billing"})
    table.add("pattern", {"sub": "work*"})
    assert table.resolve(sub="worker", department="sales").principal == "to/pattern"


def test_the_mapping_with_more_exact_lines_wins() -> None:
    table = Table()
    table.add("loose", {"sub": "worker"})
    table.add("tight", {"sub": "worker", "department": "billing"})
    assert table.resolve(sub="worker", department="billing").principal == "to/tight"


def test_the_more_selective_claim_wins_over_more_lines() -> None:
    table = Table("github")
    table.add("owner", {"repository_owner_id": "65", "ref": "refs/heads/main", "event_name": "push"})
    table.add("repository", {"repository_id": "74"})
    claims = {"repository_id": "74", "repository_owner_id": "65", "ref": "refs/heads/main", "event_name": "push"}
    assert table.resolve(**claims).principal == "to/repository"


def test_two_equally_specific_mappings_are_a_refusal_that_names_both() -> None:
    table = Table()
    table.add("b", {"sub": "worker", "department": "billing"})
    table.add("a", {"sub": "worker", "region": "eu"})
    refusal = table.refuses(sub="worker", department="billing", region="eu")
    assert refusal.reason is Reason.AMBIGUOUS_MAPPING
    assert refusal.detail == "equally specific: a, b"


def test_a_disabled_mapping_does_not_count() -> None:
    table = Table()
    table.add("sync", {"sub": "worker"}, enabled=False)
    assert table.refuses(sub="worker").reason is Reason.NO_MAPPING


def test_a_mapping_without_lines_fits_nobody() -> None:
    table = Table()
    table.add("everybody", {})
    assert table.refuses(sub="worker").reason is Reason.NO_MAPPING


def test_a_mapping_with_an_unreadable_path_fits_nobody_and_harms_nobody() -> None:
    table = Table()
    table.add("broken", {"sub": "worker", "a..b": "x"})
    table.add("sync", {"sub": "worker"})
    assert table.resolve(sub="worker").principal == "to/sync"


def test_an_index_that_returns_a_disabled_mapping_is_not_believed() -> None:
    disabled = Mapping("sync", 2, "acme", (("sub", "worker"),), "to/sync", (), enabled=False)
    with pytest.raises(InvalidRequest):
        Mapper(StaleIndex(disabled), provider_named).resolve(verified(by=issuer()), asking("risk-engine"))


def test_an_index_that_returns_too_much_is_not_believed() -> None:
    table = Table()
    table.add("other-issuer", {"sub": "worker"}, issuer="acme")
    subject = replace(verified(by=issuer(document_id="other")), claims={"sub": "worker"})
    careless = CarelessIndex(table.trust)
    with pytest.raises(InvalidRequest):
        Mapper(careless, provider_named).resolve(subject, asking("risk-engine"))


def test_the_refusal_shows_the_nearest_misses_to_the_auditor() -> None:
    table = Table()
    table.add("near", {"sub": "worker", "department": "billing"})
    table.add("far", {"sub": "worker", "department": "sales", "region": "us"})
    refusal = table.refuses(sub="worker", department="x" * 1000, region="eu")
    assert refusal.reason is Reason.NO_MAPPING
    near, far = refusal.detail.split("; ")
    assert near == f'mapping near: department wanted "billing", got "{"x" * 64}"'
    assert far.startswith("mapping far: department wanted")


def test_a_machine_reads_every_line_that_each_candidate_missed() -> None:
    table = Table()
    table.add("near", {"sub": "worker", "department": "billing"})
    table.add("far", {"sub": "worker", "department": "sales", "cleared": True, "a.b": "x*"})
    nearest = table.refuses(sub="worker", department="b" * 1000, cleared="true", a={"b": ["x", "y"]}).evidence
    cut = "b" * 64
    assert nearest == {
        "nearest": [
            {"mapping": "near", "missed": [{"claim": "department", "wanted": "billing", "got": cut}]},
            {
                "mapping": "far",
                "missed": [
                    {"claim": "department", "wanted": "sales", "got": cut},
                    {"claim": "cleared", "wanted": True, "got": "true"},
                    {"claim": "a.b", "wanted": "x*", "got": '["x", "y"]'},
                ],
            },
        ]
    }


def test_a_claim_that_must_be_named_and_one_that_is_absent_are_told_apart() -> None:
    table = Table("github")
    table.add("deploy", {"repository_id": "74", "environment": "prod"})
    [deploy] = table.refuses(repository_id="74", event_name="pull_request").evidence["nearest"]
    assert deploy["missed"] == [
        {"claim": "environment", "wanted": "prod", "got": None},
        {"claim": "event_name", "wanted": "a line that names it", "got": "pull_request"},
    ]


def test_at_most_five_misses_are_shown() -> None:
    table = Table()
    for number in range(9):
        table.add(f"m{number}", {"sub": "worker", "department": f"d{number}"})
    refusal = table.refuses(sub="worker")
    assert refusal.detail.count("mapping m") == 5
    assert len(refusal.evidence["nearest"]) == 5


def test_the_refusal_says_where_it_looked_when_there_is_no_candidate() -> None:
    refusal = Table().refuses(sub="worker")
    assert refusal.detail == 'issuer acme has no mapping for sub "worker" and no pattern'
    assert refusal.evidence == {"nearest": []}


def test_deleting_a_mapping_ends_what_it_gave() -> None:
    table = Table()
    table.add("sync", {"sub": "worker"})
    table.trust.delete(DocumentRef(Kind.MAPPING, "sync"), 1)
    assert table.refuses(sub="worker").reason is Reason.NO_MAPPING


class CarelessIndex:
    """Answers for one issuer whichever was asked for."""

    def __init__(self, trust: FakeTrust) -> None:
        self._trust = trust

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        assert issuer != "acme"
        return self._trust.exact("acme", selectors)

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        assert issuer != "acme"
        return self._trust.patterns("acme")


class StaleIndex:
    """Returns one mapping for everybody."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        assert (issuer, selectors) == ("acme", (Selector("sub", "worker"),))
        return (self._mapping,)

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        assert issuer == "acme"
        return (self._mapping,)
