"""What a policy may not speak of, although the schema has words for it."""

from collections.abc import Iterator

from federation.policy.cedar.expressions import Node, member, nodes

_OF_THE_CONTEXT = frozenset({"Claims", "ClaimLists", "AuthorizationDetails", "Attestation"})
"""Types of which a request has one entity at most, made where a policy mentions the attribute that leads there."""
_TAG_OPERATIONS = ("hasTag", "getTag")


def entities_by_name(conditions: object) -> Iterator[str]:
    """Types of entities that are named outright: no request has such a one, and what is absent has no tags either."""
    for node in nodes(conditions):
        literal = node.get("__entity")
        if isinstance(literal, dict) and literal.get("type") in _OF_THE_CONTEXT:
            yield str(literal["type"])


def told_actors(conditions: object) -> Iterator[str]:
    """Names of claims within `act`: in a token of ours, who acted before; in a foreign one, those of its issuer."""
    for node in nodes(conditions):
        yield from (name for name in _tag_names(node) if name.split(".")[0].strip('"') == "act")


def _tag_names(node: Node) -> Iterator[str]:
    """Of the claims' tags that the node asks for."""
    operands = [node[operation] for operation in _TAG_OPERATIONS if isinstance(node.get(operation), dict)]
    for operand in operands:
        if any(member(inner) == "claims" for inner in nodes(operand.get("left"))):
            named = (inner.get("Value") for inner in nodes(operand.get("right")))
            yield from (name for name in named if isinstance(name, str))
