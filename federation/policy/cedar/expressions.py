"""Cedar's JSON form of expressions, as `json.loads` gives it."""

from collections.abc import Iterator
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]
"""An operation: `{"==": {"left": ..., "right": ...}}`, `{".": {"left": ..., "attr": "name"}}`, `{"Value": ...}`."""


def nodes(expression: object) -> Iterator[Node]:
    """Every object in it, in no certain order. Walked without recursion: it may be deep."""
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def member(node: object) -> object:
    """`b` of `a.b`; None for anything else."""
    access = node.get(".") if isinstance(node, dict) else None
    return access.get("attr") if isinstance(access, dict) else None
