"""The values of an example, read as strictly as a document's. The readers raise ValueError; `Part` says where."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as ReadOnly
from datetime import datetime
from typing import TypeVar

from federation.model.document_values import seconds
from federation.model.json import Json, JsonObject
from federation.model.nearest import close_names
from federation.model.policy import Approval

_T = TypeVar("_T")
_HIGHEST_SCORE = 100


class BadExample(Exception):
    """An example that asks nothing that can be answered."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


class Part:
    """An object of an example; unknown keys are errors."""

    def __init__(self, value: Json, path: str, known: Sequence[str]) -> None:
        """`path`: of the object in the example, ending in a dot; empty: the example itself."""
        if not isinstance(value, ReadOnly):
            raise BadExample(path.rstrip("."), "expected an object")
        for key in value:
            if key not in known:
                raise BadExample(f"{path}{key}", f"unknown key; {_nearest(key, known)}")
        self._value: JsonObject = value
        self._path = path

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def required(self, key: str, read: Callable[[Json], _T]) -> _T:
        """The value that an example cannot do without; raises BadExample."""
        try:
            return read(self._value.get(key))
        except ValueError as error:
            raise BadExample(f"{self._path}{key}", str(error)) from error

    def read(self, key: str, read: Callable[[Json], _T], otherwise: _T) -> _T:
        """The value, or what is neutral; raises BadExample."""
        return self.required(key, read) if key in self._value else otherwise

    def inner(self, key: str, known: Sequence[str]) -> "Part":
        """The object there; an empty one if there is none; raises BadExample."""
        return Part(self._value.get(key, {}), f"{self._path}{key}.", known)


def _nearest(key: str, known: Sequence[str]) -> str:
    near = close_names(key, known)
    return f"do you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def text(value: Json) -> str:
    """A text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise ValueError("expected text")


def text_or_null(value: Json) -> str | None:
    """A text that is not empty; null: none, although there would be one by itself."""
    return None if value is None else text(value)


def texts(value: Json) -> tuple[str, ...]:
    """A list of texts."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(text(one) for one in value)
    raise ValueError("expected a list of texts")


def json_object(value: Json) -> JsonObject:
    """An object of anything."""
    if isinstance(value, ReadOnly):
        return value
    raise ValueError("expected an object")


def details(value: Json) -> tuple[JsonObject, ...]:
    """Authorization details: a list of objects, each with a type and otherwise texts or lists of texts."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_detail(json_object(one)) for one in value)
    raise ValueError("expected a list of objects")


def _detail(detail: JsonObject) -> JsonObject:
    text(detail.get("type"))
    if not all(detail.values()):
        raise ValueError("expected no empty text and no empty list")
    return {name: one if isinstance(one, str) else texts(one) for name, one in detail.items()}


def texts_by_name(value: Json) -> ReadOnly[str, str]:
    """An object of texts."""
    return {name: text(one) for name, one in json_object(value).items()}


def word_of(*known: str) -> Callable[[Json], str]:
    """One of a few words."""

    def read(value: Json) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise ValueError(f"expected one of {', '.join(known)}")

    return read


def score(value: Json) -> int:
    """0 to 100."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST_SCORE:
        return value
    raise ValueError("expected a whole number from 0 to 100")


def duration(value: Json) -> int:
    """Seconds of `90s`, `5m`, `1h`."""
    return seconds(text(value))


def duration_or_null(value: Json) -> int | None:
    """As `duration`; null: none."""
    return None if value is None else duration(value)


def count_or_null(value: Json) -> int | None:
    """A whole number from 1; null: none."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError("expected a whole number from 1, or null")


def moment(value: Json) -> int:
    """Seconds since the epoch of an ISO 8601 time that says its zone."""
    when = datetime.fromisoformat(text(value))
    if when.tzinfo is None:
        raise ValueError("expected a time with its zone: 2027-01-13T12:00:00Z")
    return int(when.timestamp())


def approval(value: Json) -> Approval:
    """Who approved."""
    return Approval("example", text(value))
