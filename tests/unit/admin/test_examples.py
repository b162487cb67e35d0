"""The example trust documents are what they show."""

from pathlib import Path

from federation.admin.validate import validate_path
from federation.admin.write import TrustEditor
from tests.support.fake_trust import FakeTrust

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"


def test_the_examples_are_valid_without_a_warning() -> None:
    validated = validate_path(EXAMPLES)
    assert validated.warnings == ()
    providers = {issuer.document.provider for issuer in validated.documents.issuers.values()}
    assert {"oidc", "google", "entra", "github", "kubernetes"} <= providers


def test_the_examples_can_be_written_and_read_on_the_token_path() -> None:
    trust = FakeTrust()
    validated = validate_path(EXAMPLES)
    TrustEditor(trust).apply(validated)
    assert len(trust.issuers()) == len(validated.documents.issuers)
    assert len(trust.audiences()) == len(validated.documents.audiences)
    assert trust.corrupt == []


def test_every_issuer_and_every_audience_of_the_examples_is_used() -> None:
    documents = validate_path(EXAMPLES).documents
    mappings = [mapping.document for mapping in documents.mappings.values()]
    assert {mapping.issuer for mapping in mappings} == set(documents.issuers)
    assert {grant.audience for mapping in mappings for grant in mapping.grants} == set(documents.audiences)
