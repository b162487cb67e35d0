"""What is drawn: labelled nodes and directed edges."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

MAX_TEXT = 200
"""Characters of a line that are shown."""


class Kind(StrEnum):
    """What a node stands for. Each has a shape and a word of its own, so that no colour is needed to tell."""

    IDENTITY = "identity"
    DECISION = "decision"
    APPROVAL = "approval"
    TOKEN = "token"
    USE = "use"
    REVOCATION = "revocation"
    REFUSAL = "refusal"
    ISSUER = "issuer"
    MAPPING = "mapping"
    PRINCIPAL = "principal"
    CLIENT = "client"
    POLICY = "policy"
    AUDIENCE = "audience"
    UNKNOWN = "unknown"


class Node(NamedTuple):
    """`title` and `facts` are lines of text that outsiders may have written."""

    id: str
    kind: Kind
    title: str
    facts: tuple[str, ...] = ()
    is_focus: bool = False
    """Whether it is what was asked about."""
    is_void: bool = False
    """Whether it is worth nothing: revoked, discarded, refused, switched off. Its facts say so too."""
    word: str = ""
    """What it is, where its kind's own word says too little."""
    is_danger: bool = False
    """Whether one looks at it first: marked by a sign. Its facts say why."""
    about: str = ""
    """Id of the record or document that says more of it, for links; empty: there is none."""

    @property
    def called(self) -> str:
        """What it is, in a word."""
        return self.word or self.kind.value


class Edge(NamedTuple):
    """From one node to another, by their ids."""

    source: str
    target: str
    label: str = ""


class Graph(NamedTuple):
    """Nodes in the order in which they are told. An edge to a node that is not there is an error."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    note: str = ""
    """What the picture does not show."""


def graph(title: str, nodes: Iterable[Node], edges: Iterable[Edge] = (), note: str = "") -> Graph:
    """Checked: raises ValueError for an id that two nodes have, or that an edge names and no node has."""
    drawn = Graph(title, tuple(nodes), tuple(dict.fromkeys(edges)), note)
    ids = {node.id for node in drawn.nodes}
    if len(ids) < len(drawn.nodes):
        raise ValueError("two nodes have the same id")
    missing = {end for edge in drawn.edges for end in (edge.source, edge.target)} - ids
    if missing:
        raise ValueError(f"an edge names {len(missing)} nodes that are not there")
    return drawn


def shown(text: str, longest: int = MAX_TEXT) -> str:
    """`text` as one line: without characters that move, hide or turn around what stands beside them, and cut."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= longest else line[: longest - 1] + "\u2026"


def describe(drawn: Graph) -> str:
    """The whole picture in words, for a reader who does not see it."""
    titles = {node.id: f"{node.called} {shown(node.title)}" for node in drawn.nodes}
    nodes = (". ".join((titles[node.id], *map(shown, node.facts))) for node in drawn.nodes)
    edges = (f"{titles[edge.source]} {shown(edge.label) or 'leads to'} {titles[edge.target]}" for edge in drawn.edges)
    return "\n".join((*nodes, *edges, *((drawn.note,) if drawn.note else ())))
