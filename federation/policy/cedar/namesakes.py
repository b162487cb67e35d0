"""Rules that name a principal or an actor and no tenant: each tenant may have one of that name."""

from typing import NamedTuple

from federation.model.trust import CLIENT_NAMESPACE
from federation.policy.cedar.expressions import Node, member, nodes

_NAMED = frozenset({"Principal", "Actor"})


class Namesake(NamedTuple):
    """A name that several may have."""

    name: str
    is_let_in: bool
    """Whether the rule is to their good: a permission, or an exemption from a prohibition."""


def namesake(policy: Node) -> Namesake | None:
    """Of a policy in Cedar's JSON form; None: it names no principal, or says of which tenant, or of none.

    A pattern over names means a kind of principals, wherever they are. Registered clients have one name among all.
    """
    if any(
        node.get("type") == "Tenant" or member(node) == "tenant" or _asks_for_tenant(node) for node in nodes(policy)
    ):
        return None
    exempt = _names([one for one in policy["conditions"] if one["kind"] == "unless"])
    every = exempt + _names(policy)
    return Namesake(every[0], bool(exempt) or policy["effect"] == "permit") if every else None


def _names(expression: object) -> list[str]:
    found = {name for node in nodes(expression) for name in (_entity(node), _compared_name(node)) if name}
    return sorted(name for name in found if not name.startswith(f"{CLIENT_NAMESPACE}/"))


def _asks_for_tenant(node: Node) -> bool:
    has = node.get("has")
    return isinstance(has, dict) and "tenant" in (has.get("attr"), *(has.get("attrs") or ()))


def _entity(node: Node) -> str | None:
    return str(node["id"]) if node.get("type") in _NAMED and "id" in node else None


def _compared_name(node: Node) -> str | None:
    """`x` of `principal.name == "x"`, and of the actor's name."""
    operands = node.get("==")
    sides = [operands.get(side) for side in ("left", "right")] if isinstance(operands, dict) else []
    if not any(_is_name(side) for side in sides):
        return None
    return next((str(side["Value"]) for side in sides if isinstance(side, dict) and "Value" in side), None)


def _is_name(side: object) -> bool:
    of = side["."].get("left") if member(side) == "name" and isinstance(side, dict) else None
    return of == {"Var": "principal"} or member(of) == "actor"
