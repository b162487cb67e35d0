"""What people read about a provider is what its file enforces."""

from functools import cache
from pathlib import Path

import pytest

from federation.documents.provider_docs.folder import provider_docs, write
from federation.verification.providers import provider_named, provider_names
from tests.support.provider_vectors import cases

pages = cache(provider_docs)
COMMITTED = Path(__file__).parents[4] / "docs" / "providers"


def test_the_committed_pages_are_the_generated_ones() -> None:
    """After a change: make schemas."""
    assert {file.name: file.read_text() for file in COMMITTED.iterdir()} == pages()


def test_there_is_one_for_each_provider_and_an_index_that_links_them(tmp_path: Path) -> None:
    (tmp_path / "retired.md").write_text("# a provider that is no more")
    write(tmp_path)
    assert {file.stem for file in tmp_path.iterdir()} == {"README", *provider_names()}
    index = (tmp_path / "README.md").read_text()
    assert [name for name in provider_names() if f"[{name}]({name}.md)" not in index] == []


@pytest.mark.parametrize("name", provider_names())
def test_every_page_shows_documents_to_start_from_and_what_to_pin(name: str) -> None:
    page = pages()[f"{name}.md"]
    assert f"\nprovider: {name}\n" in page
    assert "\nkind: Mapping\n" in page
    demanded = provider_named(name).mapping_problem({}) or "any claim that tells"
    assert demanded[1:] in page


@pytest.mark.parametrize("name", provider_names())
def test_every_form_that_a_claim_is_checked_for_is_described(name: str) -> None:
    table = provider_named(name).table
    undescribed = [claim for claim, check in {**table.required, **table.checked}.items() if not check.__doc__]
    assert undescribed == []


@pytest.mark.parametrize("name", provider_names())
def test_every_claim_that_must_be_named_is_explained_and_no_other(name: str) -> None:
    provider = provider_named(name)
    asked = {
        claim for case in cases("accepted") if case.provider == name for claim in provider.to_be_named(case.claims)
    }
    assert asked <= provider.named_when.keys()
    assert provider.named_when.keys() <= {*provider.table.required, *provider.table.checked}
