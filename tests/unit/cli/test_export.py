"""`fedbridge export`: every document in a file that reads as the same again; never half a file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from federation.documents.source import SourceDocument
from federation.documents.yaml_source import YamlTree, read_sources
from federation.documents.yaml_text import as_yaml
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem
from tests.support.stored_trust_api import StoredTrustApi

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"
ZONES: list[dict[str, Any]] = [
    {"kind": "Zone", "id": f"zone-{number}", "cidrs": [f"203.0.113.{number}/32"]} for number in range(5)
]

texts = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\n\t\r\x85\u2028\u2029\ufeff :#'\""),
    max_size=30,
)
values = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | texts | st.sampled_from(["yes", "1e3", "0x10", "2026-01-01", "~"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts.filter(bool), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        yield admin


@pytest.fixture
def stored(admin: FakeAdmin) -> StoredTrustApi:
    stored = StoredTrustApi(admin.bridge, page=2)
    stored.put(*ZONES)
    return stored


def test_every_page_of_every_kind_is_written(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    result = admin.run("export", admin.folder / "out")
    assert (result.exit_code, result.stdout) == (0, f"5 documents in {admin.folder}/out\n")
    files = sorted(str(file.relative_to(admin.folder / "out")) for file in (admin.folder / "out").rglob("*.yaml"))
    assert files == [f"zones/zone-{number}.yaml" for number in range(5)]
    assert stored.revision == 5


def test_what_is_exported_plans_to_no_change(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    documents = [source.value for source in read_sources(EXAMPLES).documents]
    stored.put(*[document for document in documents if isinstance(document, dict)])
    admin.run("export", admin.folder / "out")
    assert admin.run("validate", admin.folder / "out").exit_code == 0
    assert admin.run("plan", admin.folder / "out", "--prune").exit_code == 0


@given(st.dictionaries(texts.filter(bool), values, max_size=4))
def test_a_document_reads_as_the_same_again(members: dict[str, Any]) -> None:
    document = {"kind": "Zone", "id": "z", **members}
    tree = YamlTree("f", as_yaml(document))
    (read,) = tree.documents()
    assert tree.problems == []
    assert read.value == document


def test_policies_stay_readable() -> None:
    text = as_yaml({"cedar": "permit (\n  principal\n);\n", "id": "p", "kind": "Policy"})
    assert text == "kind: Policy\nid: p\ncedar: |\n  permit (\n    principal\n  );\n"


def test_a_folder_with_something_in_it_is_left_alone(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    (admin.folder / "out").mkdir()
    (admin.folder / "out" / "mine.txt").write_text("mine")
    result = admin.run("export", admin.folder / "out")
    assert (result.exit_code, "--force" in result.stderr, stored.bridge.asked) == (1, True, [])


def test_by_force_files_are_replaced_and_nothing_is_removed(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    old = admin.folder / "out" / "zones" / "old.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("kind: Zone\nid: old\ncidrs: []\n")
    (old.parent / "zone-0.yaml").write_text("half a fi")
    result = admin.run("export", admin.folder / "out", "--force")
    assert (result.exit_code, f"{old} is none of the bridge's documents" in result.stderr) == (0, True)
    assert yaml.safe_load((old.parent / "zone-0.yaml").read_text()) == ZONES[0]
    assert stored.revision == 5


@pytest.mark.parametrize("pages", range(1, 4))
def test_interrupted_at_any_page_and_repeated_nothing_is_missing(
    admin: FakeAdmin, stored: StoredTrustApi, pages: int
) -> None:
    whole = admin.bridge.answers["GET", "/admin/v1/zones"][0]
    admin.bridge.admin("GET", "/zones", *[whole] * (pages - 1), problem(503, "store_unavailable", "Later."))
    assert admin.run("export", admin.folder / "out").exit_code == 1
    assert list((admin.folder / "out").rglob(".*")) == []
    admin.bridge.admin("GET", "/zones", whole)
    assert admin.run("export", admin.folder / "out", "--force").exit_code == 0
    assert len(list((admin.folder / "out").rglob("*.yaml"))) == 5
    assert stored.revision == 5


@pytest.mark.parametrize("id_", ["../../outside", "/etc/x", "", "UPPER", "a" * 64, ".hidden"])
def test_a_name_never_leads_out_of_the_folder(admin: FakeAdmin, id_: str) -> None:
    for plural in ("mappings", "audiences", "clients", "policies", "zones"):
        admin.bridge.admin("GET", f"/{plural}", Reply({"items": [], "next": None}))
    item = {"document": {"kind": "Issuer", "id": id_}, "version": 1}
    admin.bridge.admin("GET", "/issuers", Reply({"items": [item], "next": None}))
    result = admin.run("export", admin.folder / "out")
    assert (result.exit_code, list(admin.folder.rglob("*.yaml"))) == (1, [])


def test_machines_get_the_names_of_the_files(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    told = json.loads(admin.run("export", admin.folder / "out", "--json").stdout)
    assert (len(told["written"]), told["others"], stored.revision) == (5, [], 5)


def test_a_source_document_is_what_was_exported(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    admin.run("export", admin.folder / "out")
    read = read_sources(admin.folder / "out").documents
    assert [source.value for source in read] == ZONES
    assert isinstance(read[0], SourceDocument)
    assert stored.revision == 5
