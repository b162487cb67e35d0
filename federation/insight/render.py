"""Explanations, edits, reachability and effects as JSON: one form for API, command line and tests."""

from collections.abc import Mapping as ReadOnly
from enum import Enum

from msgspec import Struct

from federation.model.json import Json
from federation.value import Redacted


def render(value: object) -> Json:
    """Frozen values as dicts and lists, member by member; raises TypeError for what has no JSON form.

    Members that are kept out of `repr` are kept out of here.
    """
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Struct):
        hidden = value.HIDDEN if isinstance(value, Redacted) else frozenset()
        return {name: render(getattr(value, name)) for name in value.__struct_fields__ if name not in hidden}
    if isinstance(value, ReadOnly):
        return {str(name): render(member) for name, member in value.items()}
    if isinstance(value, frozenset | set | list | tuple):
        return [render(member) for member in (sorted(value) if isinstance(value, frozenset | set) else value)]
    raise TypeError(f"{type(value).__name__} has no JSON form")
