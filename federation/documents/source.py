"""A document as it was written, with the place of each value, and what is wrong there."""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from msgspec import Struct, field

from federation.model.json import Json
from federation.value import Redacted

MAX_DEPTH = 32
"""Of a document: no member of one stands deeper."""
_DIGITS = 9
"""Of an index, at most."""


class Problem(Struct, frozen=True, order=True):
    """One thing to mend."""

    file: str
    line: int
    """From 1; 0 where it is about the file as a whole."""
    document: str
    """Kind and id as far as they can be read; may be empty."""
    pointer: str
    """JSON pointer (RFC 6901) of the place in the document; may be empty."""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """`file:line: document pointer: message (hint)`, the form that editors make clickable."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = " ".join(part for part in (self.document, self.pointer) if part)
        hint = f" ({self.hint})" if self.hint else ""
        return ": ".join(part for part in (place, subject, f"{self.message}{hint}") if part)


class InvalidDocuments(Exception):
    """A set of trust documents that must not be used; holds every problem found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


Location: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the document's root inwards."""

STORED = "(stored)"
"""Stands where a file's name stands elsewhere: what is there already, and is only compared with."""


class SourceDocument(Redacted, Struct, frozen=True):
    """One document of a file, or of a request."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"lines", "texts"})

    file: str
    value: Json
    lines: ReadOnly[Location, int] = field(default_factory=dict)
    """Where each location stands, from 1."""
    version: int = 0
    """Of what is stored; 0: it is not."""
    texts: ReadOnly[Location, Location] = field(default_factory=dict)
    """(line, columns before it) in the file of a text's first line, for each text whose lines are the file's own."""

    def problem(self, location: Location, message: str, hint: str = "") -> Problem:
        """A problem at the location, or at the nearest one around it that has a line."""
        return Problem(self.file, self._line(location), self.name, pointer(location), message, hint)

    def problem_in_text(self, location: Location, line: int, message: str, hint: str = "") -> Problem:
        """A problem in a line of the text at the location, told at the file's line where that is known."""
        at = self.in_file(location, line, 1)[0] if location in self.texts else self._line(location)
        return Problem(self.file, at, self.name, pointer(location), message, hint)

    def in_file(self, location: Location, line: int, column: int) -> tuple[int, int]:
        """A line and column of the text at the location as those of the file; as they are where that is not known."""
        first, indent = self.texts.get(location, (1, 0))
        return int(first) + line - 1, int(indent) + column

    @property
    def name(self) -> str:
        """Kind and id, as far as they can be read."""
        if not isinstance(self.value, dict):
            return ""
        return " ".join(str(self.value[key]) for key in ("kind", "id") if isinstance(self.value.get(key), str))

    @property
    def line(self) -> int:
        """Where the document begins."""
        return self._line(())

    def _line(self, location: Location) -> int:
        around = (location[:length] for length in range(len(location), -1, -1))
        return next((self.lines[outer] for outer in around if outer in self.lines), 0)


def pointer(location: Location) -> str:
    """The location as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def place_in(sources: Sequence[SourceDocument], pointer_: str) -> tuple[SourceDocument | None, Location]:
    """What `/documents/3/grants/0` means in a set that was sent as `documents`; None: it is no document's place."""
    _, collection, number, *rest = [*(_plain(part) for part in pointer_.split("/")), "", ""]
    place = _place(number)
    if collection != "documents" or not isinstance(place, int) or place >= len(sources):
        return None, ()
    return sources[place], tuple(_place(part) for part in rest if part)


def _place(part: str) -> str | int:
    """An index of a list, or the name of a member; a name of thousands of digits is no index."""
    return int(part) if part.isascii() and part.isdecimal() and len(part) <= _DIGITS else part


def _plain(part: str) -> str:
    """RFC 6901 section 4."""
    return part.replace("~1", "/").replace("~0", "~")
