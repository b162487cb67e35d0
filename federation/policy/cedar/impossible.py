"""Policies that can never apply, and comparisons that can never hold.

The author of `forbid ... when { context has zone }` believes in a prohibition that is not there: the zone stands at
`context.network.zone`. Cedar finds such policies impossible and calls that a warning, which cedarpy drops. What it
finds impossible it does not look into any further: an error behind it goes unnoticed, and that tells it.
"""

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from cedarpy import validate_policies

from federation.policy.cedar.expressions import Node, nodes
from federation.policy.cedar.schema import policy_schema
from federation.policy.cedar.types import (
    CONTEXT,
    ENTITIES,
    FORMS,
    MEMBERS,
    NAMES,
    RANGES,
    TAGGED,
    WITHIN,
    WORDS,
    Form,
    entity_in,
    member_of,
    operands,
    type_of,
)

_WRONG = ' when { 1 + "a" == 1 };'
_NUMBERS = {"<": -1, "<=": 0, ">": 1, ">=": 0}


class Never(NamedTuple):
    """Something that can never be so."""

    quoted: str
    """As it stands in the text."""
    message: str


def impossible(texts: Iterable[str]) -> frozenset[int]:
    """Numbers of the Cedar policies, each given by its own text, that can never apply to any request."""
    every = tuple(texts)
    broken = "\n".join(text.rstrip().removesuffix(";") + _WRONG for text in every)
    noticed = {
        int(error.policy_id.removeprefix("policy")) for error in validate_policies(broken, policy_schema()).errors
    }
    return frozenset(range(len(every))) - noticed


def permits_nothing(policy: Node) -> bool:
    """`permit ... when { false }`: so one writes that nothing is permitted, and it means what it says."""
    return bool(policy["effect"] == "permit" and policy["conditions"] == [{"kind": "when", "body": {"Value": False}}])


def never(policy: Node) -> Iterator[Never]:
    """What a policy in Cedar's JSON form asks for, in its head or conditions, that can never be so."""
    yield from _head(policy.get("principal"), "Principal")
    yield from _head(policy.get("resource"), "Audience")
    for node in nodes(policy):
        yield from _ill_named(node.get("type"), node.get("id"))
    for node in nodes(policy.get("conditions")):
        yield from _of_member(node)
        yield from _of_type(node)
        yield from _of_value(node)


def _head(constraint: Any, type_name: str) -> Iterator[Never]:  # noqa: ANN401  (Cedar's JSON form)
    inner = constraint.get("in", constraint) if isinstance(constraint, dict) else {}
    named = inner.get("entity") if isinstance(inner, dict) else None
    if constraint.get("entity_type", type_name) != type_name:
        yield _of_another_type(str(constraint["entity_type"]), type_name)
    elif isinstance(named, dict):
        within = constraint.get("op") != "=="
        yield from _not_in(type_name, str(named["type"]), str(named["id"]), within=within)


def _of_member(node: Node) -> Iterator[Never]:
    asked: Any = node.get("has")
    owner = type_of(asked["left"]) if isinstance(asked, dict) else ""
    if owner in MEMBERS and (name := str(asked["attr"])) not in MEMBERS[owner]:
        yield Never(name, f"{_named(owner)} never has {name}; {_instead(owner, name)}")


def _of_type(node: Node) -> Iterator[Never]:
    for operator in ("==", "!=", "in"):
        for one, other in _both_ways(node, operator):
            type_name, id_ = entity_in(other)
            left = type_of(one)
            if type_name and left in ENTITIES and not entity_in(one)[0]:
                yield from _not_in(left, type_name, id_, within=operator == "in")
    asked: Any = node.get("is")
    left = type_of(asked["left"]) if isinstance(asked, dict) else ""
    if left in ENTITIES and asked["entity_type"] != left:
        yield _of_another_type(str(asked["entity_type"]), left)


def _of_value(node: Node) -> Iterator[Never]:
    for operator in ("==", "!=", *_NUMBERS):
        for number, (one, other) in enumerate(_both_ways(node, operator)):
            value = other.get("Value") if isinstance(other, dict) else None
            yield from _not_among(member_of(one), value)
            if operator in _NUMBERS:
                yield from _out_of_range(member_of(one), value, _NUMBERS[operator] * (-1 if number else 1), operator)
    several = operands(node, "contains")
    if several is not None and isinstance(several[0], dict):
        for element in several[0].get("Set", ()):
            yield from _not_among(member_of(several[1]), element.get("Value"))
    if several is not None and isinstance(several[1], dict):
        yield from _not_among(member_of(several[0]), several[1].get("Value"))
    yield from _unlike(node)


def _both_ways(node: Node, operator: str) -> Iterator[tuple[object, Any]]:
    sides = operands(node, operator)
    if sides is not None:
        yield sides
        yield from ((sides[1], sides[0]),) if operator != "in" else ()


def _not_in(left: str, type_name: str, id_: str, *, within: bool) -> Iterator[Never]:
    known = (left, *WITHIN.get(left, ())) if within else (left,)
    if type_name not in known:
        meant = " or ".join(f'{one}::"{id_}"' for one in known)
        yield Never(
            type_name, f"{_a(left)} is never {'in' if within else ''} {_a(type_name)}; write {meant}".replace("  ", " ")
        )


def _of_another_type(wanted: str, left: str) -> Never:
    return Never(wanted, f"{_a(left)} is never {_a(wanted)}; write {left}")


def _not_among(member: tuple[str, str], value: object) -> Iterator[Never]:
    words, range_ = WORDS.get(member), RANGES.get(member)
    if isinstance(value, str) and member in FORMS:
        yield from _ill_formed(FORMS[member], value, _path(member))
    if words and isinstance(value, str) and value not in words:
        near = get_close_matches(value.lower(), words, 1)
        hint = f"do you mean {near[0]}?" if near else f"it is one of {', '.join(words)}"
        yield Never(f'"{value}"', f"{_path(member)} is never {value}; {hint}")
    if range_ and isinstance(value, int) and not isinstance(value, bool) and not range_[0] <= value <= range_[1]:
        yield Never(str(value), f"{_path(member)} is never {value}; it is {range_[0]} to {range_[1]}")


def _ill_named(type_name: object, id_: object) -> Iterator[Never]:
    if isinstance(type_name, str) and isinstance(id_, str) and type_name in NAMES:
        yield from _ill_formed(NAMES[type_name], id_, f"the name of {_a(type_name)}")


def _ill_formed(form: Form, value: str, path: str) -> Iterator[Never]:
    if not form.pattern.fullmatch(value):
        hint = "a pattern is what like compares with" if "*" in value else f"it is {form.words}"
        yield Never(json.dumps(value, ensure_ascii=False), f"{path} is never {value}; {hint}")


def _out_of_range(member: tuple[str, str], value: object, direction: int, operator: str) -> Iterator[Never]:
    """`weekday > 7`: the number is one that it can be, but nothing is beyond it."""
    range_ = RANGES.get(member)
    if range_ and ((direction > 0 and value == range_[1]) or (direction < 0 and value == range_[0])):
        message = f"{_path(member)} is never beyond {value}; it is {range_[0]} to {range_[1]}"
        yield Never(operator, message)


def _unlike(node: Node) -> Iterator[Never]:
    asked: Any = node.get("like")
    words = WORDS.get(member_of(asked["left"])) if isinstance(asked, dict) else None
    if words and not any(_matches(asked["pattern"], word) for word in words):
        path = _path(member_of(asked["left"]))
        yield Never("like", f"{path} is never like that; it is one of {', '.join(words)}")


def _matches(pattern: list[Any], text: str) -> bool:
    """As Cedar's `like`: `Wildcard` stands for any characters, or none."""
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    if first == "Wildcard":
        return any(_matches(rest, text[start:]) for start in range(len(text) + 1))
    literal = str(first["Literal"])
    return text.startswith(literal) and _matches(rest, text[len(literal) :])


def _instead(owner: str, name: str) -> str:
    """Where it stands, or what is nearest to it."""
    paths = [path for path in _paths() if path.rpartition(".")[2] == name]
    if owner == CONTEXT and paths:
        return f"do you mean {paths[0]}?"
    near = get_close_matches(name, MEMBERS[owner], 1)
    if near:
        return f"do you mean {near[0]}?"
    if owner in TAGGED:
        return f'what is told of it are tags: hasTag("{name}")'
    return f"it has {', '.join(MEMBERS[owner])}" if MEMBERS[owner] else "it has nothing but its name"


def _paths() -> Iterator[str]:
    for owner, members in MEMBERS.items():
        if owner.startswith(CONTEXT):
            yield from (f"{owner}.{name}" for name in members)
    yield from (f"context.{one}.{name}" for one in ("actor", "client") for name in MEMBERS[one.capitalize()])


def _path(member: tuple[str, str]) -> str:
    owner, name = member
    return ".".join(member) if owner.startswith(CONTEXT) else f"the {name} of {_a(owner)}"


def _named(owner: str) -> str:
    return owner if owner.startswith(CONTEXT) else _a(owner)


def _a(type_name: str) -> str:
    return f"an {type_name}" if type_name[0] in "AEIOU" else f"a {type_name}"
