"""JSON patches (RFC 6902) as far as edits need them: add, replace and remove."""

import copy
from collections.abc import Iterable
from typing import Any

from federation.documents.source import pointer
from federation.insight.edits.values import Operation
from federation.model.json import Json, JsonObject


def patched(document: JsonObject, operations: Iterable[Operation]) -> dict[str, Json]:
    """A copy with the operations applied; raises KeyError, IndexError or TypeError where there is no such place."""
    result: Any = copy.deepcopy(dict(document))
    for operation in operations:
        result = _applied(result, operation)
    if not isinstance(result, dict):
        raise TypeError("a document is an object")
    return result


def setting(document: JsonObject, key: str, *, value: Json) -> Operation:
    """A top-level key with that value, whether it is there already or not."""
    return Operation("replace" if key in document else "add", pointer((key,)), value)


def appending(document: JsonObject, key: str, *values: Json) -> tuple[Operation, ...]:
    """The values at the end of a list, which is made where there is none."""
    if not isinstance(document.get(key), list | tuple):
        return (Operation("add", pointer((key,)), list(values)),)
    return tuple(Operation("add", pointer((key, "-")), value) for value in values)


def _applied(document: Any, operation: Operation) -> Any:  # noqa: ANN401  (JSON)
    if operation.path == "":
        return copy.deepcopy(operation.value)
    *outer, last = [_unescaped(part) for part in operation.path.split("/")[1:]]
    inside = document
    for part in outer:
        inside = inside[int(part)] if isinstance(inside, list) else inside[part]
    _apply_in(inside, last, operation)
    return document


def _apply_in(inside: Any, key: str, operation: Operation) -> None:  # noqa: ANN401  (JSON)
    value = copy.deepcopy(operation.value)
    if isinstance(inside, list):
        _apply_in_list(inside, key, operation, value)
    elif operation.op == "add":
        inside[key] = value
    elif operation.op == "remove":
        del inside[key]
    else:
        inside[key]
        inside[key] = value


def _apply_in_list(inside: list[Any], key: str, operation: Operation, value: Any) -> None:  # noqa: ANN401  (JSON)
    if operation.op == "add":
        inside.insert(len(inside) if key == "-" else int(key), value)
    elif operation.op == "remove":
        del inside[int(key)]
    else:
        inside[int(key)] = value


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
