"""Rules that name a principal or an actor and no tenant: each tenant may have one of that name."""

from collections.abc import Iterator
from typing import NamedTuple

from federation.model.trust import CLIENT_NAMESPACE
from federation.policy.cedar.expressions import Node, member, nodes

_NAMED = frozenset({"Principal", "Actor"})
_TURNING = frozenset({"!", "!=", "if-then-else"})
_COMPARING = ("==", "!=", "contains", "containsAny", "containsAll")


class Namesake(NamedTuple):
    """A name that several may have."""

    name: str
    is_let_in: bool
    """Whether the rule is to their good: a permission, or an exemption from a prohibition."""


def namesake(policy: Node) -> Namesake | None:
    """Of a policy in Cedar's JSON form; None: it names no principal, or says of which tenant, or of none.

    A pattern over names means a kind of principals, wherever they are. Registered clients have one name among all.
    """
    if any(node.get("type") == "Tenant" or member(node) == "tenant" or _denies_tenant(node) for node in nodes(policy)):
        return None
    exempt = _names([*(one for one in policy["conditions"] if one["kind"] == "unless"), *_turned_around(policy)])
    every = exempt + _names(policy)
    return Namesake(every[0], bool(exempt) or policy["effect"] == "permit") if every else None


def _names(expression: object) -> list[str]:
    found = {name for node in nodes(expression) for name in (*_entity(node), *_compared_names(node))}
    return sorted(name for name in found if name and not name.startswith(f"{CLIENT_NAMESPACE}/"))


def _turned_around(policy: Node) -> Iterator[Node]:
    """Parts of conditions that may hold for all but who is named."""
    for node in nodes(policy["conditions"]):
        yield {name: inner for name, inner in node.items() if name in _TURNING}


def _denies_tenant(node: Node) -> bool:
    """`!(principal has tenant)`, or unless it has: of who has one, nothing is said by `principal has tenant`."""
    denied = node.get("!")
    inner = denied["arg"] if isinstance(denied, dict) else node.get("body") if node.get("kind") == "unless" else {}
    has = inner.get("has") if isinstance(inner, dict) else None
    return isinstance(has, dict) and "tenant" in (has.get("attr"), *(has.get("attrs") or ()))


def _entity(node: Node) -> tuple[str, ...]:
    return (str(node["id"]),) if node.get("type") in _NAMED and "id" in node else ()


def _compared_names(node: Node) -> Iterator[str]:
    """`x` of `principal.name == "x"` and `["x"].contains(principal.name)`; also of who acts, and who approved."""
    for operator in _COMPARING:
        sides = node.get(operator)
        if isinstance(sides, dict) and any(map(_is_name, nodes(sides))):
            yield from (one["Value"] for one in nodes(sides) if isinstance(one.get("Value"), str))
    like = node.get("like")
    if isinstance(like, dict) and "Wildcard" not in like["pattern"] and _is_name(like["left"]):
        yield "".join(str(piece["Literal"]) for piece in like["pattern"])


def _is_name(node: object) -> bool:
    of = node["."].get("left") if isinstance(node, dict) and member(node) in ("name", "by") else None
    return of == {"Var": "principal"} or member(of) in ("actor", "approval")
