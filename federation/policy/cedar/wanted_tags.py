"""Which claims and attributes policies ask for by name, so that a decision reads those and no others."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass

from federation.model.json import Json

_OPERATIONS = ("hasTag", "getTag")


@dataclass(frozen=True, slots=True)
class WantedTags:
    """Names of tags. Cedar cannot enumerate tags, so leaving out the others changes no decision."""

    names: frozenset[str] = frozenset()
    every: bool = False
    """A policy computes a name: any tag may be asked for."""

    def __contains__(self, name: str) -> bool:
        """Whether some policy may ask for it."""
        return self.every or name in self.names

    def __bool__(self) -> bool:
        """Whether any policy asks for any."""
        return self.every or bool(self.names)


def wanted_tags(expression: Json) -> WantedTags:
    """What Cedar's JSON form asks for with `hasTag` and `getTag`. Walked without recursion."""
    names, every, pending = set[str](), False, [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, ReadOnly):
            for name in _asked(node):
                every |= name is None
                names |= {name} if name is not None else set()
            pending += node.values()
        elif isinstance(node, Sequence) and not isinstance(node, str):
            pending += node
    return WantedTags(frozenset(names), every)


def all_wanted(several: Iterable[WantedTags]) -> WantedTags:
    """What any of several asks for."""
    kept = tuple(several)
    return WantedTags(frozenset().union(*(one.names for one in kept)), any(one.every for one in kept))


def _asked(node: ReadOnly[str, Json]) -> Iterable[str | None]:
    """The literal name of each tag operation in the node; None for one that is computed."""
    for operation in _OPERATIONS:
        if operation in node:
            operands = node[operation]
            right = operands.get("right") if isinstance(operands, ReadOnly) else None
            value = right.get("Value") if isinstance(right, ReadOnly) else None
            yield value if isinstance(value, str) else None
