"""A graph as a Mermaid flowchart, for wikis and pull requests that draw them.

Each character that could mean something to Mermaid, to Markdown or to HTML is written as a character code.
"""

from collections.abc import Iterator

from federation.pictures.graph import Edge, Graph, Kind, Node, shown

_PLAIN = frozenset(" ._/@,+()-:=")
_ROUND = frozenset({Kind.IDENTITY, Kind.PRINCIPAL, Kind.ISSUER})
_CUT = frozenset({Kind.DECISION, Kind.POLICY, Kind.APPROVAL, Kind.MAPPING})
_NOTCHED = frozenset({Kind.REVOCATION, Kind.REFUSAL})


def mermaid(drawn: Graph) -> str:
    """The text between the fences."""
    return "\n".join(_statements(drawn)) + "\n"


def _statements(drawn: Graph) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(drawn.nodes)}
    yield "flowchart TD"
    yield f"  accTitle: {_coded(drawn.title)}"
    for node in drawn.nodes:
        opening, closing = _shape(node.kind)
        yield f'  {names[node.id]}{opening}"{"<br/>".join(_lines(node))}"{closing}'
    for edge in drawn.edges:
        yield f"  {names[edge.source]} {_arrow(edge)} {names[edge.target]}"
    yield from (f"  style {names[node.id]} stroke-width:4px" for node in drawn.nodes if node.is_focus)
    yield from (f"  style {names[node.id]} stroke-dasharray:6 4" for node in drawn.nodes if node.is_void)


def _lines(node: Node) -> Iterator[str]:
    signs = {"asked about": node.is_focus, "void": node.is_void, "danger": node.is_danger}
    said = " ".join((node.called, *(f"({sign})" for sign, is_so in signs.items() if is_so)))
    yield from (_coded(text) for text in (said, node.title, *node.facts))


def _shape(kind: Kind) -> tuple[str, str]:
    if kind in _ROUND:
        return "([", "])"
    if kind in _NOTCHED:
        return "{{", "}}"
    return ("[/", "/]") if kind in _CUT else ("[", "]")


def _arrow(edge: Edge) -> str:
    return f'-->|"{_coded(edge.label)}"|' if edge.label else "-->"


def _coded(text: str) -> str:
    return "".join(one if one.isalnum() or one in _PLAIN else f"#{ord(one)};" for one in shown(text))
