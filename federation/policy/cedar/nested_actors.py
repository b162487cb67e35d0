"""A permission never rests on who acted before: only the current actor counts (RFC 8693 section 4.1, ATTACKS H6)."""

from federation.policy.cedar.expressions import Node, member, nodes


def rests_on_nested_actors(conditions: object) -> bool:
    """Whether anything of `context.chain` is read but its depth."""
    read = [node for node in nodes(conditions) if member(node) in {"chain", "depth"}]
    chains = sum(member(node) == "chain" for node in read)
    return chains > sum(_is_depth_of_chain(node) for node in read)


def _is_depth_of_chain(node: Node) -> bool:
    return member(node) == "depth" and member(node["."].get("left")) == "chain"
