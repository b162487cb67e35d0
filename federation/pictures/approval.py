"""A request that waits for an approval as a graph: who, through whom, to what.

Takes what `GET /admin/v1/approvals/{id}` answers.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from federation.pictures.graph import Edge, Graph, Kind, Node, graph


def approval_picture(shown: Mapping[str, Any]) -> Graph:
    """From the issuer that vouches, down the chain of who acts, to what is asked for."""
    nodes = [*_parties(shown), _approval(shown), *_targets(shown)]
    chain = [node for node in nodes if node.kind is not Kind.AUDIENCE]
    edges = [Edge(one.id, other.id, _label(one, other)) for one, other in pairwise(chain)]
    asked = [Edge("approval", node.id, "opens") for node in nodes if node.kind is Kind.AUDIENCE]
    return graph(f"Who asks for approval {shown['id']}", nodes, [*edges, *asked])


def _parties(shown: Mapping[str, Any]) -> Iterator[Node]:
    risk = {(one["what"], one["value"]): one["score"] for one in shown.get("risk") or ()}
    if shown.get("issuer"):
        issuer = str(shown["issuer"])
        yield Node("issuer", Kind.ISSUER, issuer, _scored(risk, "issuer", issuer), about=issuer)
    principal = str(shown["principal"])
    tenant = (f"tenant {shown['tenant']}",) if shown.get("tenant") else ()
    facts = (*tenant, *_scored(risk, "principal", principal))
    yield Node("principal", Kind.PRINCIPAL, principal, facts, about=principal)
    for number, actor in enumerate(reversed(shown.get("actors") or ())):
        facts = _scored(risk, "principal", actor)
        yield Node(f"actor {number}", Kind.PRINCIPAL, str(actor), facts, word="actor", about=str(actor))
    if client := shown.get("client_id"):
        yield Node("client", Kind.CLIENT, str(client), _scored(risk, "client", client), about=str(client))


def _approval(shown: Mapping[str, Any]) -> Node:
    facts = (*map(str, shown.get("purposes") or ()), f"it is {shown['state']}")
    return Node("approval", Kind.APPROVAL, str(shown["id"]), facts, is_focus=True, is_void=shown["state"] == "denied")


def _targets(shown: Mapping[str, Any]) -> Iterator[Node]:
    scope = f"scope {' '.join(map(str, shown.get('scopes') or ()))}"
    details = [
        f"detail {' '.join(f'{name}={value}' for name, value in detail.items())}"
        for detail in shown.get("authorization_details") or ()
    ]
    for number, audience in enumerate(shown.get("audiences") or ()):
        facts = (scope, *details)
        yield Node(f"audience {number}", Kind.AUDIENCE, str(audience), facts, about=str(audience))


def _scored(risk: Mapping[tuple[str, str], int], what: str, name: object) -> tuple[str, ...]:
    score = risk.get((what, str(name)))
    return (f"risk {score} of 100",) if score else ()


def _label(one: Node, other: Node) -> str:
    if one.kind is Kind.ISSUER:
        return "vouches for"
    if other.kind is Kind.APPROVAL:
        return "asks"
    return "by client" if other.kind is Kind.CLIENT else "lets act"
