"""Who reaches what as a graph: identity, the mapping that makes it a principal, and the audience; who may act for whom.

Takes what `GET /admin/v1/whocan` answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from federation.pictures.graph import Edge, Graph, Kind, Node, graph

_Told: TypeAlias = Mapping[str, Any]
MOST_WAYS = 30
"""That are drawn."""
MOST_EDGES = 60
"""Of delegation that are drawn."""


def reach_picture(found: _Told, asked: str) -> Graph:
    """`asked`: what the picture is about, in words."""
    ways: Sequence[_Told] = [*(found.get("items") or ()), *(found.get("itself") or ())]
    drawing = _Drawing()
    for way in ways[:MOST_WAYS]:
        drawing.way(way)
    for acts in found.get("acts_for") or ():
        principal = drawing.asker(str(found.get("principal")))
        drawing.acts_for(principal, acts)
    return graph(f"Who reaches what: {asked}", drawing.nodes.values(), drawing.edges, _note(ways, drawing, found))


def _note(ways: Sequence[_Told], drawing: "_Drawing", found: _Told) -> str:
    missing = []
    if len(ways) > MOST_WAYS:
        missing.append(f"The picture has the first {MOST_WAYS} of {len(ways)} ways.")
    if drawing.is_cut:
        missing.append("More may act for whom than is shown.")
    if found.get("truncated"):
        missing.append("There is more than was looked at: ask for one scope, principal or issuer.")
    return " ".join(missing)


class _Drawing:
    """Each party and place once."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.is_cut = False
        self._left = MOST_EDGES

    def way(self, way: _Told) -> None:
        """From the identity to the audience, and who may act for the principal."""
        principal = self.party(way["party"], f"grants {way['audience']}: {' '.join(map(str, way['scopes']))}")
        audience = f"audience {way['audience']}"
        dangers = tuple(f"danger: {one}" for one in way.get("dangers") or ())
        self._add(
            Node(audience, Kind.AUDIENCE, str(way["audience"]), dangers, is_danger=bool(dangers), about=way["audience"])
        )
        self.edges.append(Edge(principal, audience))
        for edge in way.get("actors") or ():
            self.acted_for(principal, edge)

    def party(self, party: _Told, grant: str = "") -> str:
        """Id of the principal's node. `grant`: what the mapping gives, in words."""
        identity, mapping = f"identity {party['issuer']} {party['mapping']}", f"mapping {party['mapping']}"
        match = tuple(f"{name}: {value}" for name, value in party["match"].items())
        dangers = tuple(f"danger: {one}" for one in party.get("dangers") or ())
        facts = (*dangers, *((grant,) if grant else ()))
        self._add(Node(identity, Kind.IDENTITY, f"issuer {party['issuer']}", match, about=str(party["issuer"])))
        self._add(
            Node(mapping, Kind.MAPPING, str(party["mapping"]), facts, is_danger=bool(dangers), about=party["mapping"])
        )
        principal = self.asker(str(party["principal"]), party.get("tenant"))
        self.edges += [Edge(identity, mapping), Edge(mapping, principal)]
        return principal

    def asker(self, principal: str, tenant: str | None = None) -> str:
        """Id of the principal's node."""
        id_ = f"principal {principal}"
        self._add(Node(id_, Kind.PRINCIPAL, principal, (f"tenant {tenant}",) if tenant else (), about=principal))
        return id_

    def acted_for(self, principal: str, acts: _Told) -> None:
        """Who may act for it, who after them, and so on."""
        for edge, then in self._parties(acts):
            actor = self.party(edge["party"])
            self.edges.append(Edge(actor, principal, "may act"))
            for further in then:
                self.acted_for(actor, further)

    def acts_for(self, actor: str, acts: _Told) -> None:
        """For whom it may act, and for whom those may."""
        for edge, then in self._parties(acts):
            principal = self.party(edge["party"])
            self.edges.append(Edge(actor, principal, "may act"))
            for further in then:
                self.acts_for(principal, further)

    def _parties(self, acts: _Told) -> Iterator[tuple[_Told, Sequence[_Told]]]:
        self.is_cut = self.is_cut or bool(acts.get("cut")) or not self._left
        if self._left:
            self._left -= 1
            yield acts, acts.get("then") or ()

    def _add(self, node: Node) -> None:
        """With what was said of it before."""
        before = self.nodes.get(node.id, node)
        facts = tuple(dict.fromkeys((*before.facts, *node.facts)))
        self.nodes[node.id] = before._replace(facts=facts, is_danger=before.is_danger or node.is_danger)
