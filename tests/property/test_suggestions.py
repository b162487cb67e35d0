"""Whatever is suggested lets in the identity that was asked about, and none that was refused before (ATTACKS S1)."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.insight.edits.patch import Suggestion, patched
from federation.insight.explain.decision import Decisions
from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind
from tests.support.exchange_world import AUDIENCE, BRIDGE, IDP, ISSUER, NOW

SUBJECTS, PARTIES, DEPARTMENTS = ("svc-1", "svc-2", "svc"), ("deployer", "somebody", None), ("billing", None)
AUDS = (BRIDGE, f"{BRIDGE}/", "https://other.example.com")


def mapping(number: int, match: dict[str, Json], *, enabled: bool) -> dict[str, Json]:
    return {
        "kind": "Mapping",
        "id": f"m-{number}",
        "issuer": "acme",
        "match": match,
        "principal": f"partner/acme/{number}",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
        "enabled": enabled,
    }


def claims(sub: str, azp: str | None, department: str | None, aud: str) -> dict[str, Json]:
    optional = {"azp": azp, "department": department}
    present = {name: value for name, value in optional.items() if value is not None}
    return {"iss": IDP, "sub": sub, "aud": aud, "iat": NOW, "exp": NOW + 300, **present}


LINES = st.fixed_dictionaries(
    {"sub": st.sampled_from([*SUBJECTS, "svc-*"])},
    optional={"azp": st.sampled_from(["deployer", "somebody"]), "department": st.sampled_from(["billing", "b*"])},
)
ASKED = st.builds(
    claims, st.sampled_from(SUBJECTS), st.sampled_from(PARTIES), st.sampled_from(DEPARTMENTS), st.sampled_from(AUDS)
)
EVERYBODY = [claims(*one) for one in product(SUBJECTS, PARTIES, DEPARTMENTS, AUDS)]


def asking(identity: dict[str, Json]) -> Question:
    return Question(Identity(identity), NOW, audiences=("risk-engine",), scopes=("risk:read",))


def applied(snapshot: Snapshot, suggestion: Suggestion) -> Snapshot:
    for edit in suggestion.edits:
        if edit.kind != "Request":
            body = snapshot.body(DocumentRef(Kind(edit.kind), edit.id)) or {}
            snapshot = snapshot.with_body(patched(body, edit.patch))
    return snapshot


@given(st.lists(LINES, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3), st.booleans(), ASKED)
def test_S1_no_edit_lets_in_an_identity_that_was_refused_but_the_one_that_asks(
    matches: list[dict[str, Json]], enabled: list[bool], issuer_enabled: bool, asked: dict[str, Json]
) -> None:
    mappings = [mapping(number, match, enabled=enabled[number]) for number, match in enumerate(matches)]
    snapshot = Snapshot.of_bodies([{**ISSUER, "enabled": issuer_enabled}, AUDIENCE, *mappings])
    explanation = explain(snapshot, asking(asked), BRIDGE)
    before = Decisions(snapshot, BRIDGE)
    refused = [one for one in EVERYBODY if not before.decide(asking(one)).allowed]
    for suggestion in explanation.suggestions:
        after = Decisions(applied(snapshot, suggestion), BRIDGE)
        let_in = [one for one in refused if after.decide(asking(one)).allowed]
        assert [one for one in let_in if not _is_the_same(one, asked, snapshot)] == []


def _is_the_same(one: dict[str, Json], asked: dict[str, Json], snapshot: Snapshot) -> bool:
    """Alike in all that any mapping looks at."""
    looked_at = {"sub", *(path for each in snapshot.mappings() for path, _ in each.match)}
    return all(one.get(name) == asked.get(name) for name in looked_at)


def test_S1_a_wrong_audience_adds_no_second_rule_beside_a_stricter_one() -> None:
    """Seen with a discovery URL that gained a suffix: the rule that was there named the deployer alone."""
    strict = mapping(1, {"sub": "svc-1", "azp": "deployer"}, enabled=True)
    snapshot = Snapshot.of_bodies([ISSUER, AUDIENCE, strict])
    asked = claims("svc-1", "deployer", None, "https://other.example.com")
    explanation = explain(snapshot, asking(asked), BRIDGE)
    assert {edit.kind for one in explanation.suggestions for edit in one.edits} <= {"Issuer", "Request"}
    stranger = replace(asking({**asked, "azp": "somebody"}))
    for suggestion in explanation.suggestions:
        assert not Decisions(applied(snapshot, suggestion), BRIDGE).decide(stranger).allowed
