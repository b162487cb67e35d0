"""A permission never rests on who acted before: only the current actor counts (RFC 8693 section 4.1, ATTACKS H6)."""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence

from federation.model.json import Json


def rests_on_nested_actors(expression: Json) -> bool:
    """Whether Cedar's JSON form reads anything of `context.chain` but its depth. Walked without recursion."""
    pending: list[Json] = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, ReadOnly):
            if _member(node) == "chain":
                return True
            pending += _without_depth(node).values()
        elif isinstance(node, Sequence) and not isinstance(node, str):
            pending += node
    return False


def _member(node: Json) -> Json:
    """`b` of `a.b`."""
    access = node.get(".") if isinstance(node, ReadOnly) else None
    return access.get("attr") if isinstance(access, ReadOnly) else None


def _without_depth(node: ReadOnly[str, Json]) -> ReadOnly[str, Json]:
    """`a` of `a.chain.depth`, else the node itself."""
    access = node.get(".")
    if isinstance(access, ReadOnly) and access.get("attr") == "depth" and _member(access.get("left")) == "chain":
        inner = access["left"]
        return inner["."] if isinstance(inner, ReadOnly) and isinstance(inner["."], ReadOnly) else {}
    return node
