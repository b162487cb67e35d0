"""The drawing: accessible, readable without colour, and at home under a strict content security policy."""

import re
from xml.etree import ElementTree as ET

import pytest

from federation.pictures.custody import custody
from federation.pictures.graph import Edge, Kind, Node, graph
from federation.pictures.lines import broken
from federation.pictures.page import page
from federation.pictures.style import STYLE
from federation.pictures.svg import svg
from tests.support.custody_chains import agents_payment

SVG = "{http://www.w3.org/2000/svg}"
PAYMENT = custody(agents_payment())


def test_it_has_a_title_and_says_everything_in_words() -> None:
    root = ET.fromstring(svg(PAYMENT))  # noqa: S314 (our own)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, root.get("role")) == ("Chain of custody of token t-3", "img")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert all(node.title in str(desc.text) for node in PAYMENT.nodes)


def test_no_colour_is_the_only_sign() -> None:
    """Every kind has its word; what is void has dashes, a cross and its reason in words."""
    drawn = svg(PAYMENT, styled=False)
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb", drawn)
    groups = [one for one in ET.fromstring(drawn).iter(f"{SVG}g") if "node" in str(one.get("class")).split()]  # noqa: S314
    said = [next(one.text or "" for one in group.iter(f"{SVG}text")).partition(" ")[0] for group in groups]
    assert said == [node.called for node in PAYMENT.nodes]
    void = [group for group in groups if any(shape.get("stroke-dasharray") for shape in group.iter(f"{SVG}path"))]
    assert len(void) == 3
    assert all("revoked" in [one.text for one in group.iter(f"{SVG}text")] for group in void)


def test_inline_it_lives_under_default_src_self() -> None:
    """No style element, no style attribute, no script, no address but the namespace."""
    root = ET.fromstring(svg(PAYMENT, styled=False))  # noqa: S314
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags == {"svg", "title", "desc", "g", "path", "text"}
    assert {name for one in root.iter() for name in one.keys()}.isdisjoint({"style", "href", "onload", "onclick"})  # noqa: SIM118


def test_alone_it_has_a_stylesheet_for_light_and_dark() -> None:
    alone = svg(PAYMENT)
    assert "prefers-color-scheme: dark" in alone
    assert "style=" not in alone
    assert all(f".node-{kind}" in STYLE for kind in ("identity", "token", "decision", "approval", "revocation"))


def test_it_can_be_read_at_800_pixels() -> None:
    root = ET.fromstring(svg(PAYMENT))  # noqa: S314
    assert int(str(root.get("width"))) <= 800
    assert {one.get("font-size") for one in root.iter(f"{SVG}text")} == {"12"}


def test_two_pictures_in_one_page_have_different_ids() -> None:
    assert set(re.findall(r' id="([^"]*)"', svg(PAYMENT, id_="one"))) == {"one-title", "one-desc"}


def test_the_page_allows_its_own_stylesheet_and_nothing_else() -> None:
    whole = page(PAYMENT)
    assert "default-src 'none'; style-src 'sha256-" in whole
    assert not re.search(r"<script|<link|<img|<iframe| src=|style=", whole)
    assert "<b>t-3</b>" in whole


def test_the_console_draws_what_it_likes() -> None:
    nodes = [Node("i", Kind.ISSUER, "acme"), Node("m", Kind.MAPPING, "acme-people"), Node("a", Kind.AUDIENCE, "pay")]
    drawn = svg(graph("Who can pay", nodes, [Edge("i", "m", "vouches for"), Edge("m", "a", "grants")]))
    assert all(text in drawn for text in ("Who can pay", "vouches for", "acme-people"))


@pytest.mark.parametrize("edges", [[Edge("a", "c")], [Edge("c", "a")]])
def test_an_edge_to_nothing_is_an_error(edges: list[Edge]) -> None:
    with pytest.raises(ValueError, match="not there"):
        graph("g", [Node("a", Kind.TOKEN, "a")], edges)


def test_two_nodes_with_one_id_are_an_error() -> None:
    with pytest.raises(ValueError, match="same id"):
        graph("g", [Node("a", Kind.TOKEN, "a"), Node("a", Kind.USE, "b")])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("system:serviceaccount:prod:planner", ["system:", "serviceacc", "ount:prod:", "planner"]),
        ("x" * 25, ["x" * 10, "x" * 10, "x" * 5]),
        ("\u6f22" * 7, ["\u6f22" * 5, "\u6f22" * 2]),
        ("", []),
    ],
)
def test_long_text_is_broken_where_it_can(text: str, lines: list[str]) -> None:
    assert broken(text, 10) == lines


def test_what_is_too_long_says_so() -> None:
    assert broken("word " * 50, 10)[-1].endswith("\u2026")
