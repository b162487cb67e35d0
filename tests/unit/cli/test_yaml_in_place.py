"""A document is changed where it stands."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from federation.cli.yaml_file import CannotEdit, edited
from federation.documents.yaml_source import YamlTree
from federation.documents.yaml_text import as_yaml

TEXT = """\
# Ask before you touch it.
kind: Mapping
id: acme-sync            # never rename it
match: {sub: worker, department: "billing"}
principal: partner/acme/sync
grants:
  - audience: risk-engine
    scopes: [risk:read]  # no more than that
    default_scopes:
    - risk:read

  # the ledger comes later
may_act: []
---
kind: Audience
id: risk-engine
"""
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT.partition("---")[0])
GRANT: dict[str, Any] = DOCUMENT["grants"][0]


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({"principal": "partner/acme/other"}, "partner/acme/sync", "partner/acme/other"),
        ({"principal": "*"}, "partner/acme/sync", "'*'"),
        ({"principal": "12"}, "partner/acme/sync", "'12'"),
        ({"match": {"sub": "work*", "department": "billing"}}, "sub: worker", "sub: work*"),
        ({"match": {"sub": "work*"}}, '{sub: worker, department: "billing"}', "{sub: work*}"),
        ({"may_act": ["agent/*"]}, "may_act: []", "may_act: [agent/*]"),
        ({"enabled": False}, "may_act: []", "may_act: []\nenabled: false"),
        (
            {"grants": [{**GRANT, "scopes": ["risk:read", "risk:write"]}]},
            "[risk:read]  # no more",
            "[risk:read, risk:write]  # no more",
        ),
        (
            {"grants": [{**GRANT, "default_scopes": ["risk:read", "risk:write"], "max_ttl": "2m"}]},
            "    - risk:read\n",
            "    - risk:read\n    - risk:write\n    max_ttl: 2m\n",
        ),
        (
            {"grants": [GRANT, {"audience": "ledger", "scopes": ["book:read"]}]},
            "    - risk:read\n",
            "    - risk:read\n  - audience: ledger\n    scopes:\n      - book:read\n",
        ),
        (
            {"grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}]},
            "    default_scopes:\n    - risk:read\n",
            "",
        ),
    ],
)
def test_only_what_differs_is_written(changes: dict[str, Any], old: str, new: str) -> None:
    assert edited(TEXT, 2, {**DOCUMENT, **changes}) == TEXT.replace(old, new)


def test_the_last_line_needs_no_end_and_lines_may_end_as_on_windows() -> None:
    assert edited("kind: Zone", 1, {"kind": "Zone", "id": "corp"}) == "kind: Zone\nid: corp"
    assert edited("kind: Zone\r\nid: a\r\n", 1, {"kind": "Zone", "id": "b"}) == "kind: Zone\r\nid: b\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "id: |\n  old\n",
        "kind: &kind Zone\nid: old\n",
        "id:\n",
        "- id: old\n",
        "not: [yaml",
        "",
    ],
)
def test_what_is_written_in_another_way_is_not_touched(text: str) -> None:
    with pytest.raises(CannotEdit):
        edited(text, 1, {"id": "new"})


words = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=8)
plain = st.one_of(words, st.booleans(), st.integers(-9, 9), st.none())
values: st.SearchStrategy[Any] = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)), max_leaves=8
)
documents = st.dictionaries(words, values, min_size=1, max_size=4)


@given(documents, documents)
def test_it_reads_as_was_wanted_or_is_not_touched(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = f"# first\n{as_yaml(before)}---\nkind: Zone\n"
    try:
        found = edited(text, 2, after)
    except CannotEdit:
        return
    assert found.startswith("# first\n")
    assert found.endswith("---\nkind: Zone\n")
    assert [one.value for one in YamlTree("", found).documents()] == [after, {"kind": "Zone"}]
