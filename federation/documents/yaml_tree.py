"""YAML -> JSON values with line numbers: the part of YAML 1.2 in which a text has one meaning.

No anchors, aliases or tags, no duplicate keys; only true and false are booleans, only decimal digits make a number,
and everything else is text, so that `no`, `1.10` and `90s` stay what somebody typed.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from federation.documents.source import Location, Problem, SourceDocument
from federation.model.json import Json

MAX_DEPTH = 32

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_LONGEST_INTEGER: Final = 100
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Unreadable(Exception):
    """The text cannot be read on from this line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class YamlTree:
    """The documents of one text, and what is wrong with its form."""

    def __init__(self, file: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._lines: dict[Location, int] = {}

    def documents(self) -> Iterator[SourceDocument]:
        """Every document up to the first place that cannot be read; empty ones are left out."""
        try:
            yield from self._readable()
        except _Unreadable as error:
            self._report(error.line, str(error))
        except yaml.MarkedYAMLError as error:
            self._report(error.problem_mark.line + 1 if error.problem_mark else 0, f"not YAML: {error.problem}")
        except yaml.YAMLError:
            self._report(0, "not YAML: a character that must not stand in it")

    def _readable(self) -> Iterator[SourceDocument]:
        for event in self._events:
            if not isinstance(event, DocumentStartEvent):
                continue
            self._lines = {}
            value = self._value(next(self._events), ())
            if value is not None:
                yield SourceDocument(self._file, value, self._lines)

    def _value(self, event: Event, location: Location) -> Json:
        self._check_form(event, location)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(location)
        return self._mapping(location) if isinstance(event, MappingStartEvent) else None

    def _check_form(self, event: Event, location: Location) -> None:
        self._lines.setdefault(location, _line(event))
        if len(location) > MAX_DEPTH:
            raise _Unreadable(f"nested deeper than {MAX_DEPTH}", _line(event))
        if isinstance(event, NodeEvent) and event.anchor is not None:
            what = "an alias" if isinstance(event, AliasEvent) else "an anchor"
            self._report(_line(event), f"{what} hides what a document says; write it out")
        if getattr(event, "tag", None) is not None:
            self._report(_line(event), "a tag changes what a value means; leave it out")

    def _sequence(self, location: Location) -> list[Json]:
        values: list[Json] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*location, len(values))))
        return values

    def _mapping(self, location: Location) -> dict[str, Json]:
        values: dict[str, Json] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, location)
            if key in values:
                self._report(_line(event), f"duplicate key {key}")
            self._lines[*location, key] = _line(event)
            values[key] = self._value(next(self._events), (*location, key))
        return values

    def _key(self, event: Event, location: Location) -> str:
        if not isinstance(event, ScalarEvent):
            raise _Unreadable("a key must be text", _line(event))
        self._check_form(event, location)
        return str(self._text(event))

    def _scalar(self, event: ScalarEvent) -> Json:
        if event.style is not None:
            return self._text(event)
        if event.value in _WORDS:
            return _WORDS[event.value]
        if len(event.value) <= _LONGEST_INTEGER and _INTEGER.fullmatch(event.value):
            return int(event.value)
        return self._text(event)

    def _text(self, event: ScalarEvent) -> str:
        try:
            event.value.encode()
        except UnicodeEncodeError:
            self._report(_line(event), "half a surrogate pair; write the character itself instead of escapes")
        return str(event.value)

    def _report(self, line: int, message: str) -> None:
        self.problems.append(Problem(self._file, line, "", "", message))


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
