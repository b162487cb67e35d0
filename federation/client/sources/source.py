"""What every place of an identity is given, and what it yields."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from msgspec import Struct, field

from federation.client.errors import BrokenSource, ClientError, without_tokens
from federation.client.identity import Subject
from federation.value import Redacted

NAMED = "it is used where it is named"
"""Why a place that is never found, only named, is not here."""


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 (a person is asked for something)


class Surroundings(Redacted, Struct, frozen=True):
    """Where this process runs, as far as can be told without asking on the network."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"environment"})

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    root: Path = Path("/")
    """Of the file system, for what the machine says of itself."""
    tell: Callable[[str], None] = _tell
    """Shows a line to the person at the keyboard."""

    def has(self, *names: str) -> bool:
        """Whether each of the variables is set and not empty."""
        return all(self.environment.get(name) for name in names)

    def text(self, path: str) -> str:
        """The file's text; empty where it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text("utf-8", errors="replace").strip()
        except OSError:
            return ""


class Asked(Struct, frozen=True):
    """What a place is asked for."""

    audience: str
    """For whom the token is to be: the bridge's URL."""
    argument: str = ""
    """What stands behind the colon of the source's name."""
    around: Surroundings = field(default_factory=Surroundings)

    def variable(self, name: str) -> str:
        """Its value; empty where it is not set."""
        return self.around.environment.get(name, "")


class Place(Struct, frozen=True):
    """One kind of source, by its name."""

    name: str
    absent: Callable[[Surroundings], str | None]
    """Why there is no such identity here; None: there is. Asks nothing on the network."""
    subject: Callable[[Asked], Subject]
    """Raises BrokenSource, NotInstalled."""
    argument: str = ""
    """What stands behind a colon, for people; empty: nothing does."""
    argument_required: bool = False
    machine: Callable[[Surroundings], bool] | None = None
    """Whether the machine says that it is such a place, where nothing else speaks."""


class Source(Protocol):
    """An identity that can be shown again and again."""

    @property
    def name(self) -> str:
        """As messages call it."""
        ...

    def subject(self, audience: str) -> Subject:
        """A current proof for that audience; raises ClientError."""
        ...


class Found(Struct, frozen=True):
    """A place, with what it is asked for."""

    place: Place
    argument: str = ""
    around: Surroundings = field(default_factory=Surroundings)

    @property
    def name(self) -> str:
        """As messages call it."""
        return self.place.name

    def subject(self, audience: str) -> Subject:
        """Raises ClientError; whatever a cloud's library raised is a BrokenSource."""
        try:
            return self.place.subject(Asked(audience, self.argument, self.around))
        except ClientError:
            raise
        except Exception as error:  # noqa: BLE001 - cloud libraries raise what they like
            told = without_tokens(f"{type(error).__name__}: {error}")
            raise BrokenSource(self.name, told, "see what the library says of it") from None


class Given(Struct, frozen=True):
    """A token that the caller brought."""

    given: Subject

    @property
    def name(self) -> str:
        """As messages call it."""
        return "given"

    def subject(self, audience: str) -> Subject:  # noqa: ARG002 (it was made for whom it was made)
        """What was given."""
        return self.given


def always(why: str) -> Callable[[Surroundings], str]:
    """For places that are never found, only named."""
    return lambda _: why
