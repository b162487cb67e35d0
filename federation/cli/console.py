"""Where a command writes: results to stdout, progress and all else to stderr, and no control characters."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
"""They move the cursor, set the title, or begin a command to the terminal; some in a single character."""
_INVISIBLE = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
"""They turn the order around in which a line is read, or end it."""

_HALVES = range(0xD800, 0xE000)
"""Halves of characters, from escapes and from names of files that are no UTF-8: no stream takes them."""

_GONE = dict.fromkeys((*_CONTROLS, *_INVISIBLE, *_HALVES))
_ESCAPED = {number: f"\\u{number:04x}" for number in _GONE if number >= 0x20}  # noqa: PLR2004 (JSON escapes the others)


def printable(text: str) -> str:
    """Without all that does more than show a character."""
    return text.translate(_GONE)


def printable_json(text: str) -> str:
    """The same JSON, with such characters as escapes."""
    return text.translate(_ESCAPED)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colour; so does the variable NO_COLOR.")]


class Terminal(Struct, frozen=True):
    """How the user wants to be told."""

    as_json: bool = False
    no_color: bool = False

    @property
    def results(self) -> Console:
        """For people; `print_json` is for machines."""
        return output(no_color=self.no_color)

    @property
    def asides(self) -> Console:
        """Progress, warnings, questions."""
        return diagnostics(no_color=self.no_color)

    def say(self, text: str, style: str = "") -> None:
        """A line on stdout for people, however long; nothing for machines. Markup in it is text."""
        if not self.as_json:
            self.results.print(Text(printable(text), style), soft_wrap=True)

    def answer(self, document: Any) -> None:  # noqa: ANN401 - any JSON value
        """One JSON document on stdout for machines; nothing for people."""
        if self.as_json:
            print_json(document)

    def ask(self, text: str) -> None:
        """A line on stderr for the user: the command waits for it, so it is shown under `--json` as well."""
        self.asides.print(text, markup=False)

    def note(self, text: str, style: str = "dim") -> None:
        """A line on stderr for people."""
        if not self.as_json:
            self.asides.print(Text(printable(text), style), soft_wrap=True)


def output(*, no_color: bool = False) -> Console:
    """Results. Rich leaves colour out for NO_COLOR and for anything but a terminal."""
    return Console(no_color=no_color or None, highlight=False, soft_wrap=False)


def diagnostics(*, no_color: bool = False) -> Console:
    """Problems and progress."""
    return Console(stderr=True, no_color=no_color or None, highlight=False)


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on stdout."""
    print(printable_json(json.dumps(document, indent=2, ensure_ascii=False)))


def print_line(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on a line of stdout, at once: a reader may be waiting."""
    print(printable_json(json.dumps(document, separators=(",", ":"), ensure_ascii=False)), flush=True)


_T = TypeVar("_T")


class Progress:
    """Shows bars on stderr that go away when they are done."""

    def __init__(self, terminal: Terminal) -> None:
        self._console = terminal.asides
        self._hidden = terminal.as_json or not self._console.is_terminal

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """While something lasts whose end is unknown."""
        with self._bar() as bar:
            bar.add_task(what, total=None)
            yield

    def through(self, what: str, items: Sequence[_T], sizes: Sequence[int] | None = None) -> Iterator[_T]:
        """Each of `items`. `sizes`: what each counts for; default: one."""
        counted = sizes or [1] * len(items)
        with self._bar() as bar:
            task = bar.add_task(what, total=sum(counted))
            for item, size in zip(items, counted, strict=True):
                yield item
                bar.advance(task, size)

    @contextmanager
    def counting(self, what: str) -> Iterator["Counter"]:
        """While more and more comes."""
        with self._bar() as bar:
            yield Counter(bar, what)

    def _bar(self) -> Bar:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Bar(*columns, console=self._console, transient=True, disable=self._hidden)


class Counter:
    """Something that grows."""

    def __init__(self, bar: Bar, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None)

    def one_more(self) -> None:
        """It has grown by one."""
        self._bar.advance(self._task)
