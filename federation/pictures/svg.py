"""A graph as SVG 1.1: no script, no style attribute, no address but links that a page asks for, nothing from elsewhere.

Without its own stylesheet (`styled=False`) it takes the page's text colour, so it may stand in a page whose content
security policy is `default-src 'self'`; the page's stylesheet is then `federation.pictures.style.STYLE`.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from federation.pictures.graph import Edge, Graph, Kind, Node, describe, shown
from federation.pictures.layout import Box, Layout, Point, Room, Size, lay_across, lay_out
from federation.pictures.lines import broken
from federation.pictures.style import STYLE

WIDTH = 800
"""Pixels at which it can be read as it is."""
NODE = 232
COLUMNS = 29
"""Characters of a line."""
LINE = 16
PAD = 10
CORNER = 12
_ROOM = Room(width=WIDTH, gap=Size(16, 46), margin=16, per_layer=3)
_ACROSS = Room(width=0, gap=Size(14, 60), margin=16, per_layer=10_000)
_ROUND = frozenset({Kind.IDENTITY, Kind.PRINCIPAL, Kind.ISSUER})
_CUT = frozenset({Kind.DECISION, Kind.POLICY, Kind.APPROVAL, Kind.MAPPING})
_NOTCHED = frozenset({Kind.REVOCATION, Kind.REFUSAL})
_FONT = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12"'


class _Line(NamedTuple):
    text: str
    weight: str = "normal"


class _Frame(NamedTuple):
    """Escaped, but for the links: id of a node -> where it leads."""

    style: str
    id_: str
    links: Mapping[str, str]
    across: bool


def svg(
    drawn: Graph,
    *,
    styled: bool = True,
    id_: str = "picture",
    links: Mapping[str, str] | None = None,
    across: bool = False,
) -> str:
    """The picture, from top to bottom, or from left to right (`across`).

    `id_`: what its ids begin with, unique in the page. `links`: id of a node -> where it leads.
    """
    texts = {node.id: list(_lines(node)) for node in drawn.nodes}
    sizes = {name: Size(NODE, len(lines) * LINE + 2 * PAD) for name, lines in texts.items()}
    placed = lay_across(drawn, sizes, _ACROSS) if across else lay_out(drawn, sizes, _ROOM)
    return "\n".join(
        _document(drawn, placed, texts, _Frame(escape(STYLE) if styled else "", escape(id_), links or {}, across))
    )


def _document(drawn: Graph, placed: Layout, texts: Mapping[str, Sequence[_Line]], frame: _Frame) -> Iterator[str]:
    (width, height), (style, id_, links, across) = placed.size, frame
    role = "group" if links else "img"  # an image has no links in it
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="{role}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="{id_}-title {id_}-desc" fill="currentColor">'
    )
    yield f'<title id="{id_}-title">{_text(drawn.title)}</title>'
    yield f'<desc id="{id_}-desc">{escape(describe(drawn))}</desc>'
    if style:
        yield f"<style>\n{style}</style>"
    titles = {node.id: f"{node.called} {shown(node.title)}" for node in drawn.nodes}
    for edge, points in placed.routes:
        yield from _edge(edge, points, titles, across=across)
    for node in drawn.nodes:
        drawn_node = _node(node, placed.boxes[node.id], texts[node.id])
        yield from _linked(drawn_node, links[node.id]) if node.id in links else drawn_node
    yield "</svg>\n"


def _linked(node: Iterator[str], link: str) -> Iterator[str]:
    yield f'<a href="{escape(link)}">'
    yield from node
    yield "</a>"


def _lines(node: Node) -> Iterator[_Line]:
    said = " (asked about)" if node.is_focus else ""
    yield from (_Line(line, "bold") for line in broken(f"{node.called}{said}", COLUMNS))
    for text in (node.title, *node.facts):
        yield from map(_Line, broken(text, COLUMNS))


def _node(node: Node, box: Box, lines: Sequence[_Line]) -> Iterator[str]:
    yield f'<g class="node node-{node.kind.value}">'
    yield f"<title>{_text(f'{node.called} {node.title}')}</title>"
    dashes = ' stroke-dasharray="6 4"' if node.is_void or node.kind is Kind.UNKNOWN else ""
    thick = 3 if node.is_focus else 1
    drawn = f'fill="none" stroke="currentColor" stroke-width="{thick}"{dashes}'
    yield f'<path class="shape" d="{_shape(node.kind, box)}" {drawn}/>'
    if node.is_void:
        yield _cross(box)
    if node.is_danger:
        yield _warning(box)
    for number, line in enumerate(lines, 1):
        weight = ' font-weight="bold"' if line.weight == "bold" else ""
        at = f'x="{box.x + PAD}" y="{box.y + PAD + number * LINE - 4}"'
        yield f'<text {at} {_FONT}{weight} xml:space="preserve">{escape(line.text)}</text>'
    yield "</g>"


def _shape(kind: Kind, box: Box) -> str:
    x, y, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if kind in _ROUND:
        arc = f"a{CORNER} {CORNER} 0 0 1"
        inner = box.width - 2 * CORNER, box.height - 2 * CORNER
        return (
            f"M{x + CORNER} {y}h{inner[0]}{arc} {CORNER} {CORNER}v{inner[1]}{arc} -{CORNER} {CORNER}"
            f"h-{inner[0]}{arc} -{CORNER} -{CORNER}v-{inner[1]}{arc} {CORNER} -{CORNER}z"
        )
    if kind in _CUT:
        return f"M{x + CORNER} {y}H{right}V{bottom - CORNER}L{right - CORNER} {bottom}H{x}V{y + CORNER}z"
    if kind in _NOTCHED:
        return (
            f"M{x + CORNER} {y}H{right - CORNER}L{right} {y + CORNER}V{bottom - CORNER}L{right - CORNER} {bottom}"
            f"H{x + CORNER}L{x} {bottom - CORNER}V{y + CORNER}z"
        )
    return f"M{x} {y}H{right}V{bottom}H{x}z"


def _cross(box: Box) -> str:
    """In the corner, where no text is."""
    x, y = box.x + box.width - 20, box.y + 8
    return f'<path d="M{x} {y}l12 12m0 -12l-12 12" fill="none" stroke="currentColor" stroke-width="2"/>'


def _warning(box: Box) -> str:
    """A triangle with an exclamation mark, left of where a cross is."""
    x, y = box.x + box.width - 38, box.y + 5
    return (
        f'<path class="warning" d="M{x} {y}l11 19h-22z" fill="#ffffff" stroke="currentColor" stroke-width="2"/>'
        f'<path d="M{x} {y + 6}v7m0 2v2" fill="none" stroke="currentColor" stroke-width="2"/>'
    )


def _edge(edge: Edge, points: Sequence[Point], titles: Mapping[str, str], *, across: bool) -> Iterator[str]:
    told = f"{titles[edge.source]} {shown(edge.label) or 'leads to'} {titles[edge.target]}"
    end, before = points[-1], points[-2]
    yield f'<g class="edge"><title>{escape(told)}</title>'
    yield f'<path d="{_curve(points, across=across)}" fill="none" stroke="currentColor" stroke-width="1"/>'
    yield f'<path d="{_tip(before, end, across=across)}"/>'
    if edge.label:
        x, y = (end.x + before.x) // 2, (end.y + before.y) // 2 + 4
        drawn = 'text-anchor="middle" stroke="none" stroke-width="4" paint-order="stroke" class="edge-label"'
        yield f'<text x="{x}" y="{y}" {_FONT} {drawn}>{_text(edge.label, COLUMNS)}</text>'
    yield "</g>"


def _tip(before: Point, end: Point, *, across: bool) -> str:
    if across:
        return f"M{end.x} {end.y}l{-8 if end.x > before.x else 8} -4v8z"
    return f"M{end.x} {end.y}l-4 {-8 if end.y > before.y else 8}h8z"


def _curve(points: Sequence[Point], *, across: bool) -> str:
    path = [f"M{points[0].x} {points[0].y}"]
    for before, point in pairwise(points):
        if across:
            middle = (before.x + point.x) // 2
            path.append(f"C{middle} {before.y} {middle} {point.y} {point.x} {point.y}")
            continue
        middle = (before.y + point.y) // 2
        path.append(f"C{before.x} {middle} {point.x} {middle} {point.x} {point.y}")
    return "".join(path)


def _text(text: str, longest: int = 200) -> str:
    return escape(shown(text, longest))
