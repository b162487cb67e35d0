"""A document needs only what is particular; what is stored is complete."""

from typing import Any

import pytest

from federation.admin.editor import TrustEditor
from federation.documents.form import completed, preset_members
from federation.documents.json_schemas import json_schemas
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate
from federation.model.trust import DocumentRef, Kind
from federation.verification.providers import provider_named, provider_names
from tests.support.document_vectors import sources
from tests.support.fake_trust import FakeTrust
from tests.support.provider_vectors import load
from tests.support.trust_documents import SOMEBODY

GITHUB = {"kind": "Issuer", "id": "github", "provider": "github"}
COMPLETE = {**GITHUB, "issuer": "https://token.actions.githubusercontent.com", "algorithms": ["RS256"]}


def stored(trust: FakeTrust, *bodies: dict[str, Any]) -> dict[str, Any]:
    TrustEditor(trust).apply(validate(sources(*bodies)), SOMEBODY)
    document = trust.get(DocumentRef(Kind.ISSUER, "github"))
    assert document
    return dict(document.body)


def test_what_a_provider_says_need_not_be_written_and_is_stored() -> None:
    trust = FakeTrust()
    assert stored(trust, GITHUB) == COMPLETE
    [issuer] = trust.issuers()
    assert (issuer.issuer, issuer.algorithms) == (COMPLETE["issuer"], ("RS256",))


def test_what_is_written_wins() -> None:
    ghes = {**GITHUB, "issuer": "https://github.example.com/_services/token", "algorithms": ["PS256"]}
    assert stored(FakeTrust(), ghes) == ghes


def test_written_out_or_left_out_is_the_same_document() -> None:
    trust = FakeTrust()
    stored(trust, GITHUB)
    assert TrustEditor(trust).apply(validate(sources(COMPLETE)), SOMEBODY).updated == ()


def test_the_document_that_somebody_wrote_stays_as_it_is() -> None:
    source = SourceDocument("request", dict(GITHUB))
    completed(source)
    assert source.value == GITHUB


@pytest.mark.parametrize("name", [name for name in provider_names() if not provider_named(name).preset.issuer])
def test_an_issuer_that_only_its_owner_knows_must_be_named(name: str) -> None:
    with pytest.raises(InvalidDocuments, match="issuer is missing"):
        validate(sources({**GITHUB, "provider": name}))


@pytest.mark.parametrize("name", provider_names())
def test_a_preset_is_what_somebody_could_have_written(name: str) -> None:
    members = preset_members(provider_named(name).preset)
    vectors = load(name)
    particular = {"issuer": vectors["issuer"]} | ({"keys": vectors["keys"]} if "keys" in vectors else {})
    assert IssuerDocument.model_validate({**GITHUB, "provider": name, **particular, **members})


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("buildkite", "https://agent.buildkite.com"),
        ("github", "https://token.actions.githubusercontent.com"),
        ("gitlab", "https://gitlab.com"),
        ("google", "https://accounts.google.com"),
        ("terraform", "https://app.terraform.io"),
    ],
)
def test_a_provider_with_one_issuer_for_everybody_is_found_by_its_name(name: str, url: str) -> None:
    assert provider_named(name).preset.issuer == url
    assert provider_named(name).issuer_problem(url) is None
    assert validate(sources({**GITHUB, "provider": name})).documents.issuers["github"].document.issuer == url


@pytest.mark.parametrize("value", [None, [], "text", {"kind": "Issuer"}, {**GITHUB, "provider": ["github"]}])
def test_what_is_no_issuer_of_a_known_provider_is_left_alone(value: Any) -> None:  # noqa: ANN401 (JSON)
    assert completed(SourceDocument("request", value)).value == value


def test_null_is_not_left_out() -> None:
    with pytest.raises(InvalidDocuments, match="has no value"):
        validate(sources({**GITHUB, "issuer": None}))


def test_editors_are_told_that_the_issuer_may_be_left_out() -> None:
    assert json_schemas()["issuer"]["required"] == ["id", "kind", "provider"]
