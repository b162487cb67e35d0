"""Where everything stands: nothing lies on anything else, and the same graph looks the same."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.pictures.graph import Edge, Kind, Node, graph
from federation.pictures.layout import Box, Layout, Room, Size, lay_out

ROOM = Room(width=800, gap=Size(16, 46), margin=16, per_layer=3)
IDS = [f"n{number}" for number in range(9)]
PAIRS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=16)


def laid_out(pairs: list[tuple[str, str]]) -> Layout:
    nodes = [Node(id_, Kind.TOKEN, id_) for id_ in IDS]
    drawn = graph("g", nodes, [Edge(*pair) for pair in pairs])
    return lay_out(drawn, {id_: Size(232, 40 + 10 * number) for number, id_ in enumerate(IDS)}, ROOM)


def apart(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return beside or one.y + one.height <= other.y or other.y + other.height <= one.y


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_whatever_the_graph_boxes_are_apart_and_within_the_picture(pairs: list[tuple[str, str]]) -> None:
    """Cycles and edges from a node to itself, too."""
    placed = laid_out(pairs)
    assert set(placed.boxes) == set(IDS)
    assert all(apart(one, other) for one, other in combinations(placed.boxes.values(), 2))
    assert all(box.x >= 0 and box.x + box.width <= placed.size.width for box in placed.boxes.values())
    assert all(box.y + box.height <= placed.size.height for box in placed.boxes.values())


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_no_edge_crosses_a_node_and_each_is_drawn_once(pairs: list[tuple[str, str]]) -> None:
    placed = laid_out(pairs)
    assert len(placed.routes) == len({pair for pair in pairs if pair[0] != pair[1]})
    for edge, points in placed.routes:
        others = [box for id_, box in placed.boxes.items() if id_ not in (edge.source, edge.target)]
        inside = [
            (point, box)
            for point in points
            for box in others
            if box.x < point.x < box.x + box.width and box.y < point.y < box.y + box.height
        ]
        assert not inside


@given(PAIRS)
@settings(max_examples=30, deadline=None)
def test_without_a_cycle_every_edge_leads_down(pairs: list[tuple[str, str]]) -> None:
    placed = laid_out([pair for pair in pairs if pair[0] < pair[1]])
    assert all(points[0].y < points[-1].y for _, points in placed.routes)


def test_a_chain_fits_into_800_pixels_and_is_drawn_the_same_each_time() -> None:
    pairs = [("n0", "n1"), ("n1", "n2"), ("n3", "n2"), ("n2", "n4"), ("n2", "n5"), ("n2", "n6"), ("n0", "n7")]
    assert laid_out(pairs) == laid_out(pairs)
    assert laid_out(pairs).size.width == 800


def test_a_picture_of_nothing_is_empty() -> None:
    assert lay_out(graph("g", ()), {}, ROOM).boxes == {}
