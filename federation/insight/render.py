"""Explanations, edits, reachability and effects as JSON: one form for API, command line and tests."""

from collections.abc import Mapping as ReadOnly
from dataclasses import fields, is_dataclass
from enum import Enum

from federation.model.json import Json


def render(value: object) -> Json:
    """Frozen values as dicts and lists, member by member; raises TypeError for what has no JSON form.

    Members that are kept out of `repr` are kept out of here.
    """
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: render(getattr(value, part.name)) for part in fields(value) if part.repr}
    if isinstance(value, ReadOnly):
        return {str(name): render(member) for name, member in value.items()}
    if isinstance(value, frozenset | set | list | tuple):
        return [render(member) for member in (sorted(value) if isinstance(value, frozenset | set) else value)]
    raise TypeError(f"{type(value).__name__} has no JSON form")
