"""What policies mention, so that a decision reads that and nothing else: half of a decision's cost is its question.

Cedar has no way to come across an attribute or a tag but by its name, and no way to put a name together. So what no
policy mentions changes no decision. Mentioned is every word of a policy's conditions, whatever it stands for.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from federation.policy.cedar.expressions import Node, nodes
from federation.policy.cedar.heads import Head

_TAG_OPERATIONS = ("hasTag", "getTag")


class Mentions(Struct, frozen=True):
    """The words of some policies; at first of none."""

    words: frozenset[str] = frozenset()
    any_tag: bool = False
    """The name of a tag is that of something else: any may be meant."""
    entities: bool = False
    """A head or a condition looks at who asks and for what."""

    def tag(self, name: str) -> bool:
        """Whether a policy may ask for the tag."""
        return self.any_tag or name in self.words

    def claim(self, path: str) -> bool:
        """Whether a policy may ask for the claim of that path, or for something within it."""
        return self.any_tag or any(word == path or word.startswith(f"{path}.") for word in self.words)


def mentions(head: Head, conditions: object) -> Mentions:
    """What a policy mentions whose conditions are given in Cedar's JSON form."""
    found = tuple(nodes(conditions))
    words = frozenset(word for node in found for word in _words(node))
    return Mentions(words, any(map(_computes_tag, found)), bool(words) or head != Head())


def all_mentions(several: Iterable[Mentions]) -> Mentions:
    """What any of several mentions."""
    kept = tuple(several)
    return Mentions(
        words=frozenset().union(*(one.words for one in kept)),
        any_tag=any(one.any_tag for one in kept),
        entities=any(one.entities for one in kept),
    )


def _words(node: Node) -> Iterator[str]:
    yield from node
    yield from (value for value in node.values() if isinstance(value, str))


def _computes_tag(node: Node) -> bool:
    return any(operation in node and not _literal(node[operation]) for operation in _TAG_OPERATIONS)


def _literal(operands: object) -> bool:
    name = operands.get("right") if isinstance(operands, dict) else None
    return isinstance(name, dict) and isinstance(name.get("Value"), str)
