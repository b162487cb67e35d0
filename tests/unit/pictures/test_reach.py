"""Who reaches what, drawn from left to right, each party once, and never more than can be read."""

from federation.pictures.graph import Kind
from federation.pictures.layout import Room, Size, lay_across
from federation.pictures.reach import MOST_EDGES, MOST_WAYS, reach_picture
from federation.pictures.svg import svg
from tests.support.console_pages import way


def test_each_party_and_place_is_drawn_once() -> None:
    drawn = reach_picture({"items": [way("one"), way("two")]}, "audience risk-engine")
    kinds = [node.kind for node in drawn.nodes]
    assert kinds.count(Kind.AUDIENCE) == 1
    assert kinds.count(Kind.PRINCIPAL) == 3  # the two, and the agent that may act for both
    assert "grants risk-engine: risk:read" in next(node for node in drawn.nodes if node.kind is Kind.MAPPING).facts


def test_what_is_left_out_is_said() -> None:
    drawn = reach_picture({"items": [way(f"w{number}") for number in range(MOST_WAYS + 1)]}, "all")
    assert f"the first {MOST_WAYS} of {MOST_WAYS + 1} ways" in drawn.note
    edges = [{"party": way(f"a{number}")["party"], "by": "agent/*"} for number in range(MOST_EDGES + 1)]
    assert "More may act" in reach_picture({"items": [{**way("one"), "actors": edges}]}, "all").note


def test_across_every_step_is_further_right() -> None:
    drawn = reach_picture({"items": [{**way("one"), "actors": []}]}, "all")
    sizes = {node.id: Size(200, 50) for node in drawn.nodes}
    placed = lay_across(drawn, sizes, Room(width=0, gap=Size(10, 40), margin=5, per_layer=100))
    boxes = {node.kind: placed.boxes[node.id] for node in drawn.nodes}
    lefts = [boxes[kind].x for kind in (Kind.IDENTITY, Kind.MAPPING, Kind.PRINCIPAL, Kind.AUDIENCE)]
    assert lefts == [5, 245, 485, 725]
    assert {(box.width, box.height) for box in boxes.values()} == {(200, 50)}
    assert placed.size == Size(930, 60)


def test_the_same_picture_for_the_same_answer() -> None:
    found = {"items": [way("one"), way("two")]}
    assert svg(reach_picture(found, "a"), across=True) == svg(reach_picture(found, "a"), across=True)
