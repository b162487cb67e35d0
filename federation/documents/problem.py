"""What is wrong with a trust document, where, and how to mend it."""

from collections.abc import Sequence

from msgspec import Struct


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
