"""A trust document changed where it stands in its YAML file, so that comments stay."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from federation.documents.yaml_source import YamlTree
from federation.documents.yaml_text import as_yaml
from federation.model.json import Json

_PLAIN = re.compile(r"[\w./][\w./@*-]*(?::[\w./@*-]+)*", re.ASCII)


class CannotEdit(Exception):
    """It is written in a way that only a person changes well."""


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def edited(text: str, line: int, after: Json) -> str:
    """The text of a file, whose document at that line says `after` now; raises CannotEdit."""
    before = _documents(text)
    if line not in before:
        raise CannotEdit
    node = next(one for one in yaml.compose_all(text, yaml.SafeLoader) if one.start_mark.line + 1 == line)
    changes = sorted(_differences(text, node, before[line], after), reverse=True)
    for start, end, new in changes:
        text = text[:start] + new + text[end:]
    now = list(_documents(text).values())
    if not _same(now, [after if one == line else value for one, value in before.items()]):
        raise CannotEdit
    return text


def _documents(text: str) -> dict[int, Json]:
    """By their lines."""
    tree = YamlTree("", text)
    found = {document.line: document.value for document in tree.documents()}
    if tree.problems:
        raise CannotEdit
    return found


def _differences(text: str, node: Node, value: Json, after: Json) -> Iterator[_Change]:
    if _same(value, after):
        return
    if isinstance(node, MappingNode) and isinstance(value, dict) and isinstance(after, dict):
        if not node.flow_style or value.keys() == after.keys():
            yield from _members(text, node, value, after)
            return
    elif isinstance(node, SequenceNode) and isinstance(value, list) and isinstance(after, list) and not node.flow_style:
        yield from _items(text, node, value, after)
        return
    if not _is_inline(node):
        raise CannotEdit
    yield _Change(node.start_mark.index, node.end_mark.index, _inline(after))


def _members(text: str, node: MappingNode, value: dict[str, Json], after: dict[str, Json]) -> Iterator[_Change]:
    for key, member in node.value:
        if key.value in after:
            yield from _differences(text, member, value[key.value], after[key.value])
        else:
            yield _gone(text, key, member)
    new = {name: after[name] for name in after if name not in value}
    if new:
        yield _below(text, node, node.start_mark.column, as_yaml(new))


def _items(text: str, node: SequenceNode, value: list[Json], after: list[Json]) -> Iterator[_Change]:
    if len(after) < len(value):
        raise CannotEdit
    for item, old, new in zip(node.value, value, after, strict=False):
        yield from _differences(text, item, old, new)
    if after[len(value) :]:
        yield _below(text, node, node.start_mark.column, as_yaml(after[len(value) :]))


def _gone(text: str, key: Node, member: Node) -> _Change:
    """Whole lines: a member of its own."""
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    if text[start : key.start_mark.index].strip():
        raise CannotEdit
    return _Change(start, _end_of_line(text, _end(member)) + 1, "")


def _below(text: str, node: Node, column: int, block: str) -> _Change:
    """Behind the last line of the node, as far to the right as what it has."""
    place = _end_of_line(text, _end(node))
    return _Change(place, place, "".join(f"\n{' ' * column}{line}" for line in block.splitlines()))


def _end_of_line(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found


def _end(node: Node) -> int:
    """Of the last thing in it: PyYAML's own end of a block lies behind the comments that follow."""
    if _is_inline(node):
        return int(node.end_mark.index)
    if not isinstance(node, MappingNode | SequenceNode):
        raise CannotEdit
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _is_inline(node: Node) -> bool:
    if isinstance(node, MappingNode | SequenceNode):
        return bool(node.flow_style)
    is_block = isinstance(node, ScalarNode) and node.style in ("|", ">")
    return not is_block and bool(node.start_mark.index < node.end_mark.index)


def _inline(value: Json) -> str:
    """On one line, without quotes where people would leave them out; PyYAML puts them around every `risk:read`."""
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and yaml.safe_load(f"[{value}]") == [value]:
        return value
    text: Any = yaml.safe_dump([value], default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return str(text).strip()[1:-1]


def _same(one: object, other: object) -> bool:
    """1 is not true, though Python says so."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
