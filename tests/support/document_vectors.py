"""Trust documents, and what is wrong with their twins (tests/vectors/documents)."""

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

from federation.documents.source import SourceDocument

VECTORS = Path(__file__).parents[1] / "vectors" / "documents"


class DocumentCase(NamedTuple):
    """One document; `at` (a JSON pointer) and `says` are empty where it must be accepted."""

    name: str
    body: dict[str, Any]
    at: str
    says: str


def base(kind: str, **changes: object) -> dict[str, Any]:
    """A fresh well-formed document of that kind, with some keys replaced."""
    return {**copy.deepcopy(_load(kind)["base"]), **changes}


def cases(verdict: str) -> list[DocumentCase]:
    """All `accepted` or `refused` documents of every kind."""
    return [
        DocumentCase(f"{kind}: {case['name']}", _changed(kind, case), case.get("at", ""), case.get("says", ""))
        for kind in ("issuer", "mapping", "audience", "client")
        for case in _load(kind)[verdict]
    ]


def sources(*bodies: dict[str, Any]) -> list[SourceDocument]:
    """The documents as if each came in a request."""
    return [SourceDocument("request", body) for body in bodies]


def _load(kind: str) -> dict[str, Any]:
    return dict(json.loads((VECTORS / f"{kind}.json").read_text()))


def _changed(kind: str, case: dict[str, Any]) -> dict[str, Any]:
    body = base(kind)
    for pointer, value in case.get("set", {}).items():
        _put(body, pointer.split("/")[1:], copy.deepcopy(value))
    for pointer in case.get("remove", ()):
        del body[pointer.removeprefix("/")]
    return body


def _put(inside: Any, path: list[str], value: object) -> None:  # noqa: ANN401 (JSON)
    key, *rest = path
    if rest:
        _put(inside[int(key) if isinstance(inside, list) else key], rest, value)
    elif isinstance(inside, list):
        inside.insert(int(key), value)
    else:
        inside[key] = value
