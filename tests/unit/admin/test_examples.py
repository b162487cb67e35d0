"""The example trust documents are what they show."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from federation.admin.editor import TrustEditor
from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate, validate_path
from federation.documents.yaml_source import read_sources
from federation.model.trust import ClientMethod
from tests.support.fake_trust import FakeTrust
from tests.support.trust_documents import SOMEBODY

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "trust"


def test_the_examples_are_valid_without_a_warning() -> None:
    validated = validate_path(EXAMPLES)
    assert validated.warnings == ()
    providers = {issuer.document.provider for issuer in validated.documents.issuers.values()}
    assert {"oidc", "google", "entra", "github", "kubernetes"} <= providers


def test_the_examples_can_be_written_and_read_on_the_token_path() -> None:
    trust = FakeTrust()
    validated = validate_path(EXAMPLES)
    TrustEditor(trust).apply(validated, SOMEBODY)
    assert len(trust.issuers()) == len(validated.documents.issuers)
    assert len(trust.audiences()) == len(validated.documents.audiences)
    assert trust.corrupt == []


def test_every_issuer_and_every_audience_of_the_examples_is_used() -> None:
    documents = validate_path(EXAMPLES).documents
    mappings = [mapping.document for mapping in documents.mappings.values()]
    assert {mapping.issuer for mapping in mappings} == set(documents.issuers)
    assert {grant.audience for mapping in mappings for grant in mapping.grants} == set(documents.audiences)


def test_the_dangerous_example_of_the_documentation_is_one() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "dangerous-documents.md").read_text(), re.DOTALL)
    dangerous = yaml.safe_load(text)
    others = read_sources(EXAMPLES).documents
    [warning] = [one for one in validate([*others, SourceDocument("docs", dangerous)]).warnings if one.file == "docs"]
    assert "until a second admin has confirmed it" in warning.message
    with pytest.raises(InvalidDocuments, match="pin repository_id"):
        validate([*others, SourceDocument("docs", {**dangerous, "dangerous": False})])


def test_the_examples_show_a_client_of_every_method() -> None:
    clients = validate_path(EXAMPLES).documents.clients.values()
    assert {client.document.auth.method for client in clients} == set(get_args(ClientMethod))
