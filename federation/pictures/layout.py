"""Where everything stands: a layered drawing (Sugiyama, Tagawa and Toda 1981), the same for the same graph.

Cycles are opened; each node gets a layer below all that lead to it, at most so many to a layer; an edge over several
layers bends in each of them; layers are ordered by the mean place of their neighbours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from federation.pictures.graph import Edge, Graph

SWEEPS = 4
"""Passes over all layers, down and up in turn."""
BEND = 10
"""Pixels between edges that pass a layer side by side."""


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


class Point(NamedTuple):
    """Pixels from the left and from the top."""

    x: int
    y: int


class Box(NamedTuple):
    """Where a node stands."""

    x: int
    y: int
    width: int
    height: int


class Layout(NamedTuple):
    """Every node's box by its id, and every edge's points, from the source's rim to the target's."""

    boxes: Mapping[str, Box]
    routes: tuple[tuple[Edge, tuple[Point, ...]], ...]
    size: Size


class Room(NamedTuple):
    """How much there is, in pixels."""

    width: int
    gap: Size
    margin: int
    per_layer: int
    """Nodes that stand side by side."""


_Slot = tuple[str, int]
"""A node and 0, or the source of edges that pass and the layer in which they do."""


def lay_out(drawn: Graph, sizes: Mapping[str, Size], room: Room) -> Layout:
    """From top to bottom. It is wider than `room` only where more edges pass a layer than fit."""
    ids = [node.id for node in drawn.nodes]
    forward = _without_cycles(ids, drawn.edges)
    layers = _layers(ids, forward, room.per_layer)
    slots, links = _with_bends(ids, forward, layers)
    rows = _ordered(slots, links)
    boxes = _placed(rows, links, sizes, room)
    return _routed(drawn.edges, boxes, layers, room)


def lay_across(drawn: Graph, sizes: Mapping[str, Size], room: Room) -> Layout:
    """From left to right: a column for each layer, as tall as the tallest needs. `room`: as of `lay_out`, turned."""
    turned = {id_: Size(size.height, size.width) for id_, size in sizes.items()}
    tallest = lay_out(drawn, turned, room).size.width
    placed = lay_out(drawn, turned, room._replace(width=tallest))
    boxes = {id_: Box(box.y, box.x, box.height, box.width) for id_, box in placed.boxes.items()}
    routes = tuple((edge, tuple(Point(one.y, one.x) for one in points)) for edge, points in placed.routes)
    return Layout(boxes, routes, Size(placed.size.height, placed.size.width))


def _without_cycles(ids: Sequence[str], edges: Sequence[Edge]) -> list[tuple[str, str]]:
    """Each edge once, turned around where it leads back to where it came from; none from a node to itself."""
    following: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        following[edge.source].append(edge.target)
    place = {id_: number for number, id_ in enumerate(_by_depth(ids, following))}
    pairs = ((edge.source, edge.target) for edge in edges if edge.source != edge.target)
    return list(dict.fromkeys((a, b) if place[a] < place[b] else (b, a) for a, b in pairs))


def _by_depth(ids: Sequence[str], following: Mapping[str, Sequence[str]]) -> list[str]:
    """Topological where there is no cycle: the reverse of the order in which a depth-first walk is done with them."""
    done: dict[str, None] = {}
    seen: set[str] = set()
    for root in reversed(ids):
        walk = [(root, iter(following.get(root, ())[::-1]))] if root not in seen else []
        seen.add(root)
        while walk:
            id_, left = walk[-1]
            ahead = next((one for one in left if one not in seen), None)
            if ahead is None:
                done[id_] = None
                walk.pop()
            else:
                seen.add(ahead)
                walk.append((ahead, iter(following.get(ahead, ())[::-1])))
    return list(reversed(done))


def _layers(ids: Sequence[str], edges: Sequence[tuple[str, str]], most: int) -> dict[str, int]:
    """The first layer below all that lead to it in which there is room."""
    leading: dict[str, list[str]] = defaultdict(list)
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        leading[target].append(source)
        following[source].append(target)
    layers: dict[str, int] = {}
    taken: dict[int, int] = defaultdict(int)
    for id_ in _by_depth(ids, following):
        layer = max((layers[one] + 1 for one in leading[id_]), default=0)
        while taken[layer] >= most:
            layer += 1
        layers[id_] = layer
        taken[layer] += 1
    return _beside_what_follows(layers, leading, following, taken, most)


def _beside_what_follows(
    layers: dict[str, int],
    leading: Mapping[str, Sequence[str]],
    following: Mapping[str, Sequence[str]],
    taken: dict[int, int],
    most: int,
) -> dict[str, int]:
    """What nothing leads to stands right above the first that it leads to, where there is room."""
    for id_, layer in list(layers.items()):
        below = [layers[one] for one in following.get(id_, ())]
        if leading.get(id_) or not below or min(below) - 1 <= layer or taken[min(below) - 1] >= most:
            continue
        taken[layer] -= 1
        layers[id_] = min(below) - 1
        taken[layers[id_]] += 1
    return layers


def _with_bends(
    ids: Sequence[str], edges: Sequence[tuple[str, str]], layers: Mapping[str, int]
) -> tuple[list[list[_Slot]], list[tuple[_Slot, _Slot]]]:
    """The slots of every layer, and links between neighbouring layers. Edges of one source pass as one."""
    rows: list[list[_Slot]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for id_ in ids:
        rows[layers[id_]].append((id_, 0))
    links: dict[tuple[_Slot, _Slot], None] = {}
    for source, target in edges:
        before: _Slot = (source, 0)
        for layer in range(layers[source] + 1, layers[target]):
            bend = (source, layer)
            links[before, bend] = None
            before = bend
        links[before, (target, 0)] = None
    for bend in dict.fromkeys(after for _, after in links if after[1]):
        rows[bend[1]].append(bend)
    return rows, list(links)


def _ordered(rows: list[list[_Slot]], links: Sequence[tuple[_Slot, _Slot]]) -> list[list[_Slot]]:
    above: dict[_Slot, list[_Slot]] = defaultdict(list)
    below: dict[_Slot, list[_Slot]] = defaultdict(list)
    for source, target in links:
        above[target].append(source)
        below[source].append(target)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        neighbours, order = (above, rows) if down else (below, rows[::-1])
        places: dict[_Slot, float] = {}
        for row in order:
            row.sort(key=lambda slot: _mean([places[one] for one in neighbours[slot] if one in places]))
            places |= {slot: (number + 0.5) / len(row) for number, slot in enumerate(row)}
    return rows


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def _placed(
    rows: Sequence[Sequence[_Slot]], links: Sequence[tuple[_Slot, _Slot]], sizes: Mapping[str, Size], room: Room
) -> dict[_Slot, Box]:
    """Each as near as there is room to the middle of what leads to it."""
    above: dict[_Slot, list[_Slot]] = defaultdict(list)
    for source, target in links:
        above[target].append(source)
    boxes: dict[_Slot, Box] = {}
    top = room.margin
    for row in rows:
        widths = [BEND if bend else sizes[id_].width for id_, bend in row]
        height = max((sizes[id_].height for id_, bend in row if not bend), default=0)
        middles = [_mean([boxes[one].x + boxes[one].width / 2 for one in above[slot]]) for slot in row]
        wanted = [
            round((middle if above[slot] else room.width / 2) - width / 2)
            for slot, middle, width in zip(row, middles, widths, strict=True)
        ]
        if not any(above[slot] for slot in row):
            wanted = _in_the_middle(widths, room)
        lefts = _side_by_side(wanted, widths, room)
        for slot, left, width in zip(row, lefts, widths, strict=True):
            own = height if slot[1] else sizes[slot[0]].height
            boxes[slot] = Box(left, top, width, own)
        top += height + room.gap.height if row else 0
    return boxes


def _in_the_middle(widths: Sequence[int], room: Room) -> list[int]:
    """The left of each, where nothing leads to any: as a whole they have as much room at one side as at the other."""
    left = (room.width - sum(widths) - room.gap.width * (len(widths) - 1)) // 2
    return [left + sum(widths[:number]) + number * room.gap.width for number in range(len(widths))]


def _side_by_side(wanted: Sequence[int], widths: Sequence[int], room: Room) -> list[int]:
    """The left of each: as wanted, pushed apart, then pushed back from the right rim, and at last from the left one."""
    lefts = list(wanted)
    gaps = [BEND // 2 if BEND in pair else room.gap.width for pair in pairwise(widths)]
    _push(lefts, widths, gaps)
    right = room.width - room.margin
    for number in range(len(lefts) - 1, -1, -1):
        lefts[number] = min(lefts[number], right - widths[number])
        right = lefts[number] - (gaps[number - 1] if number else 0)
    if lefts:
        lefts[0] = max(lefts[0], room.margin)
    _push(lefts, widths, gaps)
    return lefts


def _push(lefts: list[int], widths: Sequence[int], gaps: Sequence[int]) -> None:
    for number, gap in enumerate(gaps, 1):
        lefts[number] = max(lefts[number], lefts[number - 1] + widths[number - 1] + gap)


def _routed(edges: Iterable[Edge], boxes: Mapping[_Slot, Box], layers: Mapping[str, int], room: Room) -> Layout:
    routes = [(edge, _route(edge.source, edge.target, boxes, layers)) for edge in edges if edge.source != edge.target]
    right = max((box.x + box.width for box in boxes.values()), default=room.margin)
    bottom = max((box.y + box.height for box in boxes.values()), default=room.margin)
    nodes = {id_: box for (id_, bend), box in boxes.items() if not bend}
    return Layout(nodes, tuple(routes), Size(max(right + room.margin, room.width), bottom + room.margin))


def _route(source: str, target: str, boxes: Mapping[_Slot, Box], layers: Mapping[str, int]) -> tuple[Point, ...]:
    if layers[source] > layers[target]:
        return _route(target, source, boxes, layers)[::-1]
    first, last = boxes[source, 0], boxes[target, 0]
    points = [Point(first.x + first.width // 2, first.y + first.height)]
    for layer in range(layers[source] + 1, layers[target]):
        bend = boxes[source, layer]
        points += [Point(bend.x + BEND // 2, bend.y), Point(bend.x + BEND // 2, bend.y + bend.height)]
    return (*points, Point(last.x + last.width // 2, last.y))
