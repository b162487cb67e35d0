"""Conditions of one policy that exclude each other: it never applies to any request, and looks as if it did."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from federation.policy.cedar.expressions import Node

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Fact(NamedTuple):
    """What must be so, or must not be so, for the policy to apply."""

    node: Node
    holds: bool


def contradicts(policy: Node) -> bool:
    """Whether a policy in Cedar's JSON form wants what cannot be together. Some that do are not found."""
    facts = tuple(_facts(policy))
    so = {_text(node) for node, holds in facts if holds}
    not_so = {_text(node) for node, holds in facts if not holds}
    return not so.isdisjoint(not_so) or _is_two_things(facts) or _is_out_of_order(facts)


def _facts(policy: Node) -> Iterator[Fact]:
    """All that `&&` joins, `unless` and `!` turned around."""
    pending = [Fact(one["body"], one["kind"] == "when") for one in policy["conditions"]]
    while pending:
        node, holds = pending.pop()
        joined: Any = node.get("&&" if holds else "||")
        if isinstance(joined, dict):
            pending += [Fact(joined[side], holds) for side in ("left", "right")]
        elif isinstance(node.get("!"), dict):
            pending.append(Fact(node["!"]["arg"], not holds))
        elif isinstance(node.get("!="), dict):
            pending.append(Fact({"==": node["!="]}, not holds))
        else:
            yield Fact(node, holds)


def _is_two_things(facts: tuple[Fact, ...]) -> bool:
    """`a == 1 && a == 2`."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for node, holds in facts:
        compared = _compared(node, "==") if holds else None
        if compared is not None:
            values[compared[0]].add(_text(compared[1]))
    return any(len(each) > 1 for each in values.values())


def _is_out_of_order(facts: tuple[Fact, ...]) -> bool:
    """`a > 5 && a < 3`: whole numbers."""
    lowest: dict[str, int] = {}
    highest: dict[str, int] = {}
    for what, operator, number in (one for fact in facts for one in _bounds(fact)):
        if operator in (">", ">="):
            lowest[what] = max(lowest.get(what, number), number + (operator == ">"))
        else:
            highest[what] = min(highest.get(what, number), number - (operator == "<"))
    return any(what in highest and low > highest[what] for what, low in lowest.items())


def _bounds(fact: Fact) -> Iterator[tuple[str, str, int]]:
    for operator, other_way in _FLIPPED.items():
        compared = _compared(fact.node, operator)
        if compared is None or type(compared[1]) is not int:
            continue
        what, number, flipped = compared
        named = other_way if flipped else operator
        yield what, named if fact.holds else _NEGATED[named], number
    equal = _compared(fact.node, "==") if fact.holds else None
    if equal is not None and type(equal[1]) is int:
        yield from ((equal[0], operator, equal[1]) for operator in ("<=", ">="))


def _compared(node: Node, operator: str) -> tuple[str, Any, bool] | None:
    """(what, value, whether the value stands first), where one of both sides is a value."""
    sides: Any = node.get(operator)
    if not isinstance(sides, dict):
        return None
    left, right = sides["left"], sides["right"]
    if "Value" in right and "Value" not in left:
        return _text(left), right["Value"], False
    if "Value" in left and "Value" not in right:
        return _text(right), left["Value"], True
    return None


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
