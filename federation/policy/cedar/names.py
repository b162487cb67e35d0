"""Which documents a policy names, by Cedar's JSON form: its head, its entities, and the texts that it compares."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.expressions import Node, member, nodes


class Name(NamedTuple):
    """What a policy calls something."""

    kind: str
    """As people call it: a type of entity, or Zone or Issuer."""
    id: str


_ATTRIBUTES = {"zone": "Zone", "issuer": "Issuer"}
"""Attributes whose text is the id of a document, and of which kind."""


def names_of(document_id: str, cedar: str) -> tuple[Name, ...]:
    """Of a policy's text, sorted; raises PolicyProblem where it cannot be read."""
    rules = read_policy(document_id, cedar).rules
    return tuple(sorted({name for rule in rules for name in names_in(json.loads(rule.cedar))}))


def names_in(policy: object) -> Iterator[Name]:
    """Of a policy in Cedar's JSON form, the head included."""
    for node in nodes(policy):
        kind, id_ = node.get("type"), node.get("id")
        if isinstance(kind, str) and isinstance(id_, str):
            yield Name(kind, id_)
        yield from _compared(node)


def _compared(node: Node) -> Iterator[Name]:
    """The texts that an attribute is compared with: `context.network.zone == "corp"`, `["corp"].contains(...)`."""
    for operands in node.values():
        sides = [operands.get(side) for side in ("left", "right")] if isinstance(operands, dict) else []
        kinds = {_ATTRIBUTES[str(name)] for side in sides if (name := member(side)) in _ATTRIBUTES}
        texts = [one["Value"] for side in sides for one in _literals(side) if isinstance(one.get("Value"), str)]
        yield from (Name(kind, text) for kind in kinds for text in texts if text)


def _literals(side: object) -> list[Node]:
    """A value, or those of a set."""
    if not isinstance(side, dict):
        return []
    several = side.get("Set")
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else [side]
