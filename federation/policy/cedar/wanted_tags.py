"""Which claims and attributes policies ask for by name, so that a decision reads those and no others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from federation.policy.cedar.expressions import Node, nodes

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


def wanted_tags(conditions: object) -> WantedTags:
    """What Cedar's JSON form of a policy's conditions asks for with `hasTag` and `getTag`."""
    asked = {name for node in nodes(conditions) for name in _asked(node)}
    return WantedTags(frozenset(name for name in asked if name is not None), None in asked)


def all_wanted(several: Iterable[WantedTags]) -> WantedTags:
    """What any of several asks for."""
    kept = tuple(several)
    return WantedTags(frozenset().union(*(one.names for one in kept)), any(one.every for one in kept))


def _asked(node: Node) -> Iterator[str | None]:
    """The literal name of each tag operation in the node; None for one that is computed."""
    for operation in _OPERATIONS:
        if operation in node:
            operands = node[operation]
            right = operands.get("right") if isinstance(operands, dict) else None
            value = right.get("Value") if isinstance(right, dict) else None
            yield value if isinstance(value, str) else None
