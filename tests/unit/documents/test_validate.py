"""A whole set of documents."""

from pathlib import Path
from typing import Any

import pytest

from federation.documents.checks.cross_checks import MANY_PATTERNS
from federation.documents.source import InvalidDocuments, Problem
from federation.documents.validate import validate, validate_path
from tests.support.document_vectors import base, sources
from tests.support.jose_keys import ec_key

ISSUER = base("issuer", tenant="acme", audiences=["https://federation.example.com"])
MAPPING = base("mapping")
AUDIENCE = base("audience")


def problems_of(*bodies: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidDocuments) as refusal:
        validate(sources(*bodies))
    return [(problem.document, problem.pointer, problem.message) for problem in refusal.value.problems]


def test_a_set_that_fits_together_is_proven() -> None:
    validated = validate(sources(ISSUER, MAPPING, AUDIENCE))
    assert list(validated.documents.issuers) == ["acme-okta"]
    assert list(validated.documents.mappings) == ["acme-billing-sync"]
    assert validated.documents.audiences["risk-engine"].body == AUDIENCE
    assert validated.warnings == ()


def test_an_id_is_used_once_per_kind() -> None:
    assert problems_of(AUDIENCE, AUDIENCE) == [
        ("Audience risk-engine", "/id", "Audience risk-engine is also at request:0"),
    ]
    validate(sources({**ISSUER, "id": "same"}, {**AUDIENCE, "id": "same"}))


def test_a_mapping_names_an_issuer_and_an_audience_that_exist() -> None:
    with pytest.raises(InvalidDocuments) as refusal:
        validate(sources({**ISSUER, "id": "acme-oktaa"}, MAPPING, {**AUDIENCE, "id": "risk-engines"}))
    assert [(problem.pointer, problem.message, problem.hint) for problem in refusal.value.problems] == [
        ("/grants/0/audience", "there is no Audience risk-engine", "did you mean risk-engines?"),
        ("/issuer", "there is no Issuer acme-okta", "did you mean acme-oktaa?"),
    ]


def test_naming_a_broken_document_is_no_second_mistake() -> None:
    found = problems_of({**ISSUER, "keys": {}}, MAPPING, {**AUDIENCE, "scopes": []})
    assert [document for document, _, _ in found] == ["Audience risk-engine", "Issuer acme-okta"]


def test_a_broken_document_hides_no_problem_of_another() -> None:
    broken = {**MAPPING, "id": "other", "principal": ""}
    wrong = {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:score:write"]}]}
    assert problems_of(broken, wrong, ISSUER, AUDIENCE) == [
        ("Mapping acme-billing-sync", "/grants/0/scopes", "Audience risk-engine has no scope risk:score:write"),
        ("Mapping other", "/principal", "must not be empty"),
    ]


def test_a_scope_is_granted_only_where_it_exists() -> None:
    wrong = {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:score:reed"]}]}
    with pytest.raises(InvalidDocuments) as refusal:
        validate(sources(ISSUER, wrong, AUDIENCE))
    assert [problem.hint for problem in refusal.value.problems] == ["did you mean risk:score:read?"]


def test_two_issuers_with_one_name_and_one_audience_are_refused() -> None:
    twin = {**ISSUER, "id": "twin"}
    assert problems_of(ISSUER, twin) == [
        ("Issuer twin", "/issuer", "Issuer acme-okta has the same issuer and audience; a token could not choose"),
    ]
    validate(sources(ISSUER, {**twin, "enabled": False}))
    validate(sources(ISSUER, {**twin, "audiences": ["https://other.example.com"]}))


def test_two_issuers_with_the_default_audience_are_refused() -> None:
    one, two = ({key: value for key, value in ISSUER.items() if key != "audiences"} | {"id": name} for name in "ab")
    assert [pointer for _, pointer, _ in problems_of(one, two)] == ["/issuer"]


def test_two_audiences_with_one_resource_are_refused() -> None:
    one, two = ({**AUDIENCE, "id": name, "resource": "https://risk.internal.example.com"} for name in "ab")
    assert problems_of(one, two) == [("Audience b", "/resource", "Audience a has the same resource")]


CLIENT = {
    "kind": "Client",
    "id": "risk-engine",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [ec_key("robot").jwk(alg="ES256", use="sig")]}},
    "grants": [],
}
MEET = "there is an Audience of that id: answers to the client would pass for tokens of the audience"


def test_M7_a_client_has_no_audiences_id_as_its_own() -> None:
    assert problems_of(AUDIENCE, CLIENT) == [("Client risk-engine", "/id", MEET)]
    for other in ({**CLIENT, "id": "risk-engine-api"}, {**CLIENT, "enabled": False}):
        validate(sources(AUDIENCE, other))


def test_two_mappings_with_the_same_lines_are_refused_since_every_token_would_be() -> None:
    twin = {**MAPPING, "id": "twin"}
    assert problems_of(ISSUER, AUDIENCE, MAPPING, twin) == [
        ("Mapping twin", "/match", "Mapping acme-billing-sync has the same lines; both would be refused"),
    ]
    validate(sources(ISSUER, AUDIENCE, MAPPING, {**twin, "enabled": False}))
    one, other = ({**MAPPING, "id": f"m-{value}".lower(), "match": {"sub": "x", "a": value}} for value in (1, True))
    validate(sources(ISSUER, AUDIENCE, one, other))


@pytest.mark.parametrize(
    ("issuer", "audience", "fits"),
    [("acme", "acme", True), ("acme", None, True), (None, None, True), ("acme", "other", False), (None, "acme", False)],
)
def test_an_audience_of_a_tenant_is_for_that_tenant(issuer: str | None, audience: str | None, fits: bool) -> None:
    documents = [
        {key: value for key, value in {**body, "tenant": tenant}.items() if value is not None}
        for body, tenant in ((ISSUER, issuer), (AUDIENCE, audience))
    ]
    if fits:
        validate(sources(*documents, MAPPING))
    else:
        assert [pointer for _, pointer, _ in problems_of(*documents, MAPPING)] == ["/grants/0/audience"]


def test_the_provider_judges_the_lines_of_its_mappings() -> None:
    github = {**ISSUER, "provider": "github", "issuer": "https://token.actions.githubusercontent.com"}
    by_name = {**MAPPING, "match": {"repository": "octo-org/octo-repo"}}
    [(document, pointer, message)] = problems_of(github, by_name, AUDIENCE)
    assert (document, pointer) == ("Mapping acme-billing-sync", "/match")
    assert "pin repository_id or repository_owner_id" in message


def test_many_patterns_are_a_warning() -> None:
    numbers = range(MANY_PATTERNS + 1)
    patterns = [{**MAPPING, "id": f"m{number}", "match": {"sub": f"svc-{number}-*"}} for number in numbers]
    [warning] = validate(sources(ISSUER, AUDIENCE, *patterns)).warnings
    assert warning.document == "Issuer acme-okta"
    assert validate(sources(ISSUER, AUDIENCE, *patterns[1:])).warnings == ()


def test_every_dangerous_document_is_a_warning_that_says_what_it_trusts() -> None:
    github = {**ISSUER, "provider": "github", "issuer": "https://token.actions.githubusercontent.com"}
    dangerous = {**MAPPING, "match": {"repository_owner": "acme"}, "dangerous": True}
    [warning] = validate(sources(github, AUDIENCE, dangerous)).warnings
    assert (warning.document, warning.pointer) == ("Mapping acme-billing-sync", "/dangerous")
    assert warning.message == "dangerous: holds for nobody until a second admin has confirmed it"
    assert "pin repository_id or repository_owner_id" in warning.hint


def test_danger_without_need_is_a_warning_too() -> None:
    [warning] = validate(sources(ISSUER, AUDIENCE, {**MAPPING, "dangerous": True})).warnings
    assert (warning.pointer, warning.hint) == ("/dangerous", "leave dangerous out")


def test_problems_of_files_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("kind: Audience\nid: x\nscops: [a]\n---\nkind: Klient\nid: y\n")
    (tmp_path / "a.yaml").write_text("kind: [")
    with pytest.raises(InvalidDocuments) as refusal:
        validate_path(tmp_path)
    found = [(Path(problem.file).name, problem.line, problem.pointer) for problem in refusal.value.problems]
    assert found == [("a.yaml", 1, ""), ("b.yaml", 1, "/scopes"), ("b.yaml", 3, "/scops"), ("b.yaml", 5, "/kind")]
    assert str(refusal.value).count("\n") == 3


def test_an_unreadable_file_makes_the_whole_set_unusable() -> None:
    unreadable = Problem("a.yaml", 1, "", "", "not UTF-8")
    with pytest.raises(InvalidDocuments):
        validate(sources(AUDIENCE), unreadable=[unreadable])
