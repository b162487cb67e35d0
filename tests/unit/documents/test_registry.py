"""A kind of trust document is a row in one registry."""

import re
from pathlib import Path

import pytest

from federation.documents.registry import REGISTRY, kind_of, references
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind

SOURCES = Path(__file__).parents[3] / "federation"
MOST_FILES = 6
"""That say how a kind is written, decoded or listed: to add one touches no more."""


def test_what_the_bridge_writes_itself_has_no_row() -> None:
    assert set(Kind) - REGISTRY.keys() == {Kind.KEY_SET, Kind.POLICY_SET, Kind.TRUST_REVISION}


def test_no_two_kinds_share_a_place_in_an_order_or_a_plural() -> None:
    rows = REGISTRY.values()
    for shared in ([row.write_order for row in rows], [row.delete_order for row in rows], [row.plural for row in rows]):
        assert len(set(shared)) == len(REGISTRY)


def test_what_names_another_is_deleted_before_it() -> None:
    named = {Kind.MAPPING: (Kind.ISSUER, Kind.AUDIENCE), Kind.CLIENT: (Kind.ISSUER, Kind.AUDIENCE)}
    for kind, others in named.items():
        assert all(REGISTRY[kind].delete_order < REGISTRY[other].delete_order for other in others)


NAMES: list[tuple[JsonObject, list[tuple[Kind, str, tuple[str | int, ...]]]]] = [
    (
        {"kind": "Mapping", "issuer": "okta", "grants": [{"audience": "a"}, {"audience": "b"}]},
        [
            (Kind.ISSUER, "okta", ("issuer",)),
            (Kind.AUDIENCE, "a", ("grants", 0, "audience")),
            (Kind.AUDIENCE, "b", ("grants", 1, "audience")),
        ],
    ),
    (
        {"kind": "Client", "audiences": ["a"], "auth": {"method": "spiffe_jwt", "issuer": "mesh"}},
        [(Kind.AUDIENCE, "a", ("audiences", 0)), (Kind.ISSUER, "mesh", ("auth", "issuer"))],
    ),
    ({"kind": "Audience", "introspection": ["api"]}, [(Kind.CLIENT, "api", ("introspection", 0))]),
    (
        {
            "kind": "Policy",
            "id": "p",
            "cedar": 'forbid (principal, action, resource == Audience::"vault") unless {'
            ' context.network.zone == "corp" && principal.issuer == "okta" && context.client == Client::"api" };',
        },
        [
            (Kind.AUDIENCE, "vault", ("cedar",)),
            (Kind.CLIENT, "api", ("cedar",)),
            (Kind.ISSUER, "okta", ("cedar",)),
            (Kind.ZONE, "corp", ("cedar",)),
        ],
    ),
    ({"kind": "Zone", "cidrs": ["10.0.0.0/8"]}, []),
    ({"kind": "Issuer", "issuer": "https://okta.example.com"}, []),
]


@pytest.mark.parametrize(("body", "named"), NAMES, ids=[str(body["kind"]) for body, _ in NAMES])
def test_every_reference_is_found_with_its_place(
    body: JsonObject, named: list[tuple[Kind, str, tuple[str | int, ...]]]
) -> None:
    assert list(references(kind_of(body), body)) == [
        (DocumentRef(kind, id_), location) for kind, id_, location in named
    ]


@pytest.mark.parametrize("body", [{}, {"kind": "Mapping", "grants": 1, "issuer": []}, {"kind": "Policy", "cedar": "("}])
def test_what_is_not_well_formed_names_nothing(body: JsonObject) -> None:
    assert list(references(kind_of(body), body)) == []


def test_a_kind_is_written_decoded_and_listed_by_few_files() -> None:
    """Of zones, which are read in one place: what there is about the others beyond this decides with them."""
    row = REGISTRY[Kind.ZONE]
    rule = re.compile(rf"{row.schema.__name__}|{row.decode.__name__}|[\"']{row.plural}[\"']")
    found = [path for path in SOURCES.rglob("*.py") if rule.search(path.read_text())]
    assert len(found) <= MOST_FILES, found
