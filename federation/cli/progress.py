"""How far a command has come, for a person at a terminal and nobody else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from federation.cli.console import Terminal

_T = TypeVar("_T")


class Progress:
    """Shows bars on stderr that go away when they are done."""

    def __init__(self, terminal: Terminal) -> None:
        self._console = terminal.asides
        self._hidden = terminal.as_json or not self._console.is_terminal

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """While something lasts that nobody can measure."""
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
