"""Large sets of documents: parts that the bridge takes, none before what it names, nothing lost and nothing twice."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from federation.cli.trust_folder import Name, Part, TrustFolder, planned_parts, written_parts
from federation.documents.source import SourceDocument

KINDS = ("Issuer", "Mapping", "Audience", "Policy", "Zone")
ACTIONS = ("create", "update", "unchanged")

names = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40).map(str)), unique=True, max_size=40)


def folder(found: list[Name]) -> TrustFolder:
    return TrustFolder(tuple(SourceDocument("f", {"kind": kind, "id": id_, "x": "y" * 50}) for kind, id_ in found))


def names_of(parts: list[Part]) -> list[Name]:
    return [name for part in parts for name in part.documents.names]


def bytes_of(part: Part) -> int:
    return len(json.dumps(part.documents.documents))


@given(names)
def test_a_plan_in_parts_has_every_document_and_each_part_what_its_mappings_name(found: list[Name]) -> None:
    parts = planned_parts(folder(found), [("Zone", "gone")], 1500)
    others = {name for name in found if name[0] != "Mapping"}
    assert set(names_of(parts)) == set(found)
    assert [part.deletions for part in parts] == [(("Zone", "gone"),), *[()] * (len(parts) - 1)]
    mappings = [name for name in names_of(parts) if name[0] == "Mapping"]
    assert len(mappings) == len(set(mappings))
    if len(json.dumps(folder(list(others)).documents)) < 700:
        assert all(others <= set(part.documents.names) for part in parts)
        assert all(bytes_of(part) <= 1500 for part in parts)


@given(names, st.data())
def test_what_is_written_in_parts_is_what_changes_in_an_order_that_holds(
    found: list[Name], data: st.DataObject
) -> None:
    actions: dict[Name, str] = {name: data.draw(st.sampled_from(ACTIONS)) for name in found}
    gone: list[Name] = [("Mapping", "gone"), ("Issuer", "gone")]
    parts = written_parts(folder(found), {**actions, **dict.fromkeys(gone, "delete")}, max_writes=4)
    changed = {name for name, action in actions.items() if action != "unchanged"}
    assert changed <= set(names_of(parts))
    assert [name for part in parts for name in part.deletions] == gone
    if len(parts) > 1:
        assert set(names_of(parts)) == changed
        assert all(len(part.documents.names) + len(part.deletions) <= 4 for part in parts)
        kinds = [kind == "Mapping" for kind, _ in names_of(parts)]
        assert kinds == sorted(kinds), "mappings come after what they name"


def test_an_ordinary_set_is_one_request_with_all_that_it_has() -> None:
    found: list[Name] = [("Mapping", "m"), ("Issuer", "i")]
    actions: dict[Name, str] = {("Mapping", "m"): "create", ("Issuer", "i"): "unchanged", ("Zone", "z"): "delete"}
    (part,) = written_parts(folder(found), actions)
    assert (part.documents.names, part.deletions) == (tuple(found), (("Zone", "z"),))


def test_the_digest_is_about_what_documents_say_and_nothing_else() -> None:
    one: dict[str, Any] = {"kind": "Zone", "id": "z", "cidrs": []}
    other: dict[str, Any] = {"kind": "Zone", "id": "y", "cidrs": []}
    here = TrustFolder((SourceDocument("a.yaml", one), SourceDocument("a.yaml", other)))
    there = TrustFolder((SourceDocument("b.yaml", other), SourceDocument("c.yaml", dict(reversed(one.items())))))
    assert here.digest == there.digest
    assert here.digest != here.some([0]).digest
