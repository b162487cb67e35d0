"""Trust documents from files, in the part of YAML 1.2 in which a text has one meaning."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

import yaml
from msgspec import Struct
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

from federation.documents.source import MAX_DEPTH, Location, Problem, SourceDocument
from federation.model.json import Json

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_LONGEST_INTEGER: Final = 100
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None, "~": None, "": None}


_TABS = "indent with spaces, never with tabs"
_FORGOTTEN = "put a line --- between two documents"


class _UnreadableText(Exception):
    """The text cannot be read on from this line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class YamlTree:
    """The documents of one text, and what is wrong with its form."""

    def __init__(self, file: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._is_json = file.lower().endswith(".json")
        self._file_lines = text.split("\n")
        self._texts: dict[Location, Location] = {}
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._lines: dict[Location, int] = {}

    def documents(self) -> Iterator[SourceDocument]:
        """Every document up to the first place that cannot be read; empty ones are left out."""
        try:
            yield from self._readable()
        except _UnreadableText as error:
            self._report(error.line, str(error))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self._report(line, f"not YAML: {error.problem}", _TABS if "'\\t'" in str(error.problem) else "")
        except yaml.YAMLError:
            self._report(0, "not YAML: a character that must not stand in it")

    def _readable(self) -> Iterator[SourceDocument]:
        for event in self._events:
            if not isinstance(event, DocumentStartEvent):
                continue
            self._lines, self._texts = {}, {}
            value = self._value(next(self._events), ())
            if value is not None:
                yield SourceDocument(self._file, value, self._lines, texts=self._texts)

    def _value(self, event: Event, location: Location) -> Json:
        self._check_form(event, location)
        if isinstance(event, ScalarEvent):
            self._place(event, location)
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(location)
        return self._mapping(location) if isinstance(event, MappingStartEvent) else None

    def _check_form(self, event: Event, location: Location) -> None:
        self._lines.setdefault(location, _line(event))
        if len(location) > MAX_DEPTH:
            raise _UnreadableText(f"nested deeper than {MAX_DEPTH}", _line(event))
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
                hint = _FORGOTTEN if location == () and key in ("kind", "id") and not self._is_json else ""
                self._report(_line(event), f"duplicate key {key}", hint)
            self._lines[*location, key] = _line(event)
            values[key] = self._value(next(self._events), (*location, key))
        return values

    def _key(self, event: Event, location: Location) -> str:
        if not isinstance(event, ScalarEvent):
            raise _UnreadableText("a key must be text", _line(event))
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

    def _place(self, event: ScalarEvent, location: Location) -> None:
        """Where the text begins, if its lines are the file's: a block with `|`, or a text on one line as it stands."""
        if event.start_mark is None or event.end_mark is None:
            return
        row = event.start_mark.line
        if event.style is None and row == event.end_mark.line:
            self._texts[location] = (row + 1, event.start_mark.column)
        wanted = next(((n, line) for n, line in enumerate(event.value.split("\n")) if line), None)
        if event.style != "|" or wanted is None:
            return
        number, line = wanted
        found = self._file_lines[row + 1 + number] if row + 1 + number < len(self._file_lines) else ""
        if found.rstrip("\r").endswith(line):
            self._texts[location] = (row + 2, len(found.rstrip("\r")) - len(line))

    def _text(self, event: ScalarEvent) -> str:
        try:
            event.value.encode()
        except UnicodeEncodeError:
            self._report(_line(event), "half a surrogate pair; write the character itself instead of escapes")
        return str(event.value)

    def _report(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self._file, line, "", "", message, hint))


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 1024 * 1024


class Sources(Struct, frozen=True):
    """What could be read, and what could not."""

    documents: tuple[SourceDocument, ...]
    problems: tuple[Problem, ...]


class _Unreadable(Exception):
    """The file as a whole; carries the line, or 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def read_sources(path: Path) -> Sources:
    """Every document at `path`, files in the order of their names. Hidden files and folders are left alone."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if _is_source(file, path))
    read = [_read(file) for file in files]
    documents = tuple(document for sources in read for document in sources.documents)
    problems = tuple(problem for sources in read for problem in sources.problems)
    if not documents and not problems:
        problems = (Problem(str(path), 0, "", "", "no trust documents here", f"files end in {', '.join(SUFFIXES)}"),)
    return Sources(documents, problems)


def _is_source(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.suffix.lower() in SUFFIXES and not file.is_dir() and not hidden


def _read(file: Path) -> Sources:
    try:
        text = _text(file)
    except _Unreadable as error:
        return Sources((), (Problem(str(file), error.line, "", "", str(error)),))
    tree = YamlTree(str(file), text)
    documents = tuple(tree.documents())
    return Sources(documents, tuple(tree.problems))


def _text(file: Path) -> str:
    if not file.is_file():  # left out in silence, its documents would be taken for deleted
        raise _Unreadable("not a file, or a link to nothing")
    if file.stat().st_size > MAX_BYTES:
        raise _Unreadable("larger than 1 MiB")
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unreadable("not UTF-8", error.object.count(b"\n", 0, error.start) + 1) from None
    if text.startswith("\ufeff"):
        raise _Unreadable("begins with a byte order mark; save it as UTF-8 without one", 1)
    return _json_as_yaml(text) if file.suffix.lower() == ".json" else text


def _json_as_yaml(text: str) -> str:
    """JSON is YAML but for tabs, which it has only between its tokens once it is known to be JSON."""
    try:
        json.loads(text, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"not JSON: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"not JSON: {error}") from None
    return text.replace("\t", " ")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
